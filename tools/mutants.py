"""Prove that the lessons' checks can fail.

A mutant is a small named edit of a notebook's cells, made in memory and kept in
tests/mutants/<lesson>.toml: `old` becomes `new`, and the check that holds the text `noticed_by`
must fail with an AssertionError.
Two run at a time, with one thread each. Exit status 1 where a mutant lives.
"""

import argparse
import time
import tomllib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lessons import ROOT, code_cells, execute, find, quiet_environment, read, replace_once, script

MUTANTS = ROOT / "tests" / "mutants"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesson", help="01, 02, ...; default: all")
    work = [(path, mutant) for path in find(parser.parse_args().lesson) for mutant in mutants(path)]
    start = time.perf_counter()
    pool = ThreadPoolExecutor(2)
    lived = sum(pool.map(lambda job: not killed(*job), work))
    print(f"{len(work) - lived} passed, {lived} failed", end="")
    print(f"  (mutants noticed, mutants that live; {time.perf_counter() - start:.0f} s)")
    return 1 if lived else 0


def mutants(path: Path) -> list[dict]:
    source = MUTANTS / f"{path.stem}.toml"
    return tomllib.loads(source.read_text())["mutant"] if source.exists() else []


def killed(path: Path, mutant: dict) -> bool:
    """Run the edited lesson up to the check that should notice; print and return whether it did."""
    notebook = read(path)
    replace_once(code_cells(notebook), mutant["old"], mutant["new"])
    last = [i for i, cell in enumerate(notebook.cells) if mutant["noticed_by"] in cell.source][-1]
    notebook.cells = notebook.cells[: last + 1]
    error = execute(notebook, quiet_environment(OMP_NUM_THREADS="1", LESSON_PROFILE="quick"))
    if error is None:
        verdict = "LIVES: no check failed"
    elif error.ename != "AssertionError":
        verdict = f"BROKEN: {error.ename}: {error.evalue}"
    elif mutant["noticed_by"] not in error.evalue:
        verdict = f"ELSEWHERE: {error.evalue}"
    else:
        verdict = f"noticed: {error.evalue}"
    print(f"{path.stem}, {mutant['name']}: {verdict}", flush=True)
    return verdict.startswith("noticed")


if __name__ == "__main__":
    script(main)
