"""How the benchmarks time: alternating, so that a busier moment hits all alike; medians."""

import json
import multiprocessing
import os
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import torch
from lessons import BUILD, ROOT

BENCH = ROOT / "results" / "bench"


class Row(NamedTuple):
    """One line of a benchmark; `ratio` compares its seconds with another line's, as `name` says."""

    name: str
    seconds: float
    ratio: float | None = None


def medians(*works: Callable[[], object], rounds: int = 5) -> list[float]:
    """Seconds of each, the median of some rounds in turn, after one round that is not counted."""
    times = [[seconds(work) for work in works] for _ in range(rounds + 1)][1:]
    return [statistics.median(column) for column in zip(*times)]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def alone(work: Callable[..., float], *arguments: object) -> tuple[float, float]:
    """What work(*arguments) gives in a process of its own, and by how many MB memory grew there."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_watched, work, *arguments).result()


def _watched(work: Callable[..., float], *arguments: object) -> tuple[float, float]:
    before = peak()
    return work(*arguments), peak() - before


def peak() -> float:
    """The most memory, in MB, that this process has held so far."""
    if sys.platform == "linux":  # what getrusage says begins with the parent's peak
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1e3
    if sys.platform == "win32":
        import psutil  # ipykernel brings it

        return psutil.Process().memory_info().peak_wset / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS


def go_through(batches: Iterable) -> None:
    for _ in batches:
        pass


def report(rows: list[Row], name: str, packages: tuple[str, ...] = ("torch",)) -> None:
    """Print the table, the machine above it, and keep both as build/<name>.json.

    LESSON_RECORD=1 keeps them in results/bench, from which README's table is made.
    """
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads"
    versions = {package: version(package) for package in packages}
    print(machine, *(f"{package} {found}" for package, found in versions.items()), sep=", ")
    for row in rows:
        ratio = "" if row.ratio is None else f"{row.ratio:8.3f}"
        print(f"{row.name:<72}{row.seconds:8.3f} s{ratio}")
    folder = BENCH if os.environ.get("LESSON_RECORD") == "1" else BUILD
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"machine": machine, "versions": versions, "rows": [row._asdict() for row in rows]}
    part = folder / f"{name}.part"
    part.write_text(json.dumps(kept, indent=1) + "\n")
    part.replace(folder / f"{name}.json")
