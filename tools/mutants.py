"""Prove that the lessons' checks can fail.

A mutant is a small named edit of a notebook's cells, made in memory and kept in
tests/mutants/<lesson>.toml: `old` becomes `new`, and the check that holds the text `noticed_by`
must fail with an AssertionError.
Two lessons run at a time, with one thread each. A lesson runs once; at the cell that a mutant
edits, the process forks, and the fork goes on with the edited cells up to the check (so this tool
needs Linux or macOS). Exit status 1 where a mutant lives.
"""

import argparse
import contextlib
import io
import multiprocessing
import os
import time
import tomllib
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from lessons import (
    NOTEBOOKS,
    ROOT,
    code_cells,
    default_environment,
    find,
    read,
    replace_once,
    script,
    threads,
)

MUTANTS = ROOT / "tests" / "mutants"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesson", help="01, 02, ...; default: all")
    paths, start = find(parser.parse_args().lesson), time.perf_counter()
    os.environ.update(default_environment(**threads(1)))
    os.environ.update(MPLBACKEND="agg", CUDA_VISIBLE_DEVICES="", PYTHONWARNINGS="ignore")
    fresh = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(2, fresh, max_tasks_per_child=1) as pool:
        noticed = [n for each in pool.map(tried, paths, map(mutants, paths)) for n in each]
    print(f"{sum(noticed)} passed, {len(noticed) - sum(noticed)} failed", end="")
    print(f"  (mutants noticed, mutants that live; {time.perf_counter() - start:.0f} s)")
    return 0 if all(noticed) else 1


def mutants(path: Path) -> list[dict]:
    source = MUTANTS / f"{path.stem}.toml"
    return tomllib.loads(source.read_text())["mutant"] if source.exists() else []


def tried(path: Path, mutants: list[dict]) -> list[bool]:
    """Run the lesson as far as its mutants need it, each mutant to its check: was it noticed?"""
    clean = [cell.source for cell in code_cells(read(path))]
    waiting = []  # (first cell that differs, sources up to the check, mutant)
    for mutant in mutants:
        cells = code_cells(read(path))
        replace_once(cells, mutant["old"], mutant["new"])
        sources = [cell.source for cell in cells]
        first = next(i for i, source in enumerate(sources) if source != clean[i])
        last = [i for i, source in enumerate(sources) if mutant["noticed_by"] in source][-1]
        waiting.append((first, sources[: last + 1], mutant))
    names, done, found = {"__name__": "__main__"}, 0, []
    with contextlib.chdir(NOTEBOOKS):
        for first, sources, mutant in sorted(waiting, key=lambda each: each[0]):
            run_cells(clean[done:first], names)
            done = first
            verdict = verdict_of(forked(sources[first:], names), mutant["noticed_by"])
            print(f"{path.stem}, {mutant['name']}: {verdict}", flush=True)
            found.append(verdict.startswith("noticed"))
    return found


def verdict_of(error: tuple[str, str] | None, noticed_by: str) -> str:
    """error: the name and the text of what ended the fork."""
    if error is None:
        return "LIVES: no check failed"
    if error[0] != "AssertionError":
        return f"BROKEN: {error[0]}: {error[1]}"
    return f"{'noticed' if noticed_by in error[1] else 'ELSEWHERE'}: {error[1]}"


def forked(sources: list[str], names: dict) -> tuple[str, str] | None:
    """Run cells in a fork of this process; the name and the text of the error that ended them."""
    fork = multiprocessing.get_context("fork")
    receiver, sender = fork.Pipe(duplex=False)

    def go_on() -> None:
        try:
            run_cells(sources, names)
            sender.send(None)
        except Exception as error:
            sender.send((type(error).__name__, str(error)))

    child = fork.Process(target=go_on)
    child.start()
    sender.close()  # the child has the other end; where it is killed, nothing more can come
    try:
        return receiver.recv()
    except EOFError:
        return "Killed", "the process ended without an answer"
    finally:
        child.join()


def run_cells(sources: list[str], names: dict) -> None:
    """Run cells as plain Python, without their outputs."""
    import matplotlib.pyplot as plt

    names["display"] = lambda *things, **options: None  # what IPython gives every cell
    for source in sources:
        with contextlib.redirect_stdout(io.StringIO()):
            exec(compile(source, "cell", "exec", dont_inherit=True), names)
        plt.close("all")


if __name__ == "__main__":
    script(main)
