"""How the benchmarks time: alternating, so that a busier moment hits all alike; medians."""

import json
import multiprocessing
import os
import platform
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from importlib.metadata import version
from pathlib import Path
from typing import NamedTuple

import torch
from lessons import BUILD, ROOT

BENCH = ROOT / "results" / "bench"


class Row(NamedTuple):
    """One line of a benchmark."""

    name: str
    seconds: float
    ratio: float | None = None  # of its seconds and another line's, as the tool says
    spread: float | None = None  # slowest less fastest, as a share of `seconds`
    megabytes: float | None = None


def in_turn(*works: Callable[[], object], rounds: int = 5) -> list[list[float]]:
    """Seconds of each in some rounds, after one that is not counted: a list for each work."""
    times = [[seconds(work) for work in works] for _ in range(rounds + 1)][1:]
    return [list(column) for column in zip(*times)]


def seconds(work: Callable[[], object]) -> float:
    """With what a GPU was given to do."""
    start = time.perf_counter()
    work()
    if torch.cuda.is_available():
        torch.cuda.synchronize()
    return time.perf_counter() - start


def alone(work: Callable[..., float], *arguments: object) -> tuple[float, float]:
    """What work(*arguments) gives in a process of its own, and by how many MB memory grew there."""
    with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
        return pool.submit(_watched, work, *arguments).result()


def _watched(work: Callable[..., float], *arguments: object) -> tuple[float, float]:
    before = peak()
    return work(*arguments), peak() - before


def peak() -> float:
    """The most memory, in MB, that this process has held so far; on a GPU, torch there."""
    if torch.cuda.is_available():
        return torch.cuda.max_memory_allocated() / 1e6
    if sys.platform == "linux":  # what getrusage says begins with the parent's peak
        return int(Path("/proc/self/status").read_text().split("VmHWM:")[1].split()[0]) / 1e3
    if sys.platform == "win32":
        import psutil  # ipykernel brings it

        return psutil.Process().memory_info().peak_wset / 1e6
    import resource

    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6  # bytes on macOS


def report(rows: list[Row], name: str, packages: tuple[str, ...] = ("torch",)) -> None:
    """Print the table, the machine above it, and keep both as build/<name>.json.

    LESSON_RECORD=1 keeps them in results/bench, from which README's table is made.
    """
    machine = f"{platform.machine()}, {os.cpu_count()} cores, {torch.get_num_threads()} threads"
    if torch.cuda.is_available():
        machine += f", {torch.cuda.get_device_name()}"
    versions = {package: version(package) for package in packages}
    print(machine, *(f"{package} {found}" for package, found in versions.items()), sep=", ")
    print(f"{'':<64}{'seconds':>10}{'ratio':>8}{'spread':>8}{'MB':>8}")
    for row in rows:
        cells = zip((row.ratio, row.spread, row.megabytes), ("8.3f", "8.0%", "8,.0f"))
        rest = (" " * 8 if value is None else format(value, how) for value, how in cells)
        print(f"{row.name:<64}{row.seconds:10.3f}{''.join(rest)}")
    folder = BENCH if os.environ.get("LESSON_RECORD") == "1" else BUILD
    folder.mkdir(parents=True, exist_ok=True)
    kept = {"machine": machine, "versions": versions, "rows": [row._asdict() for row in rows]}
    part = folder / f"{name}.part"
    part.write_text(json.dumps(kept, indent=1) + "\n")
    part.replace(folder / f"{name}.json")
