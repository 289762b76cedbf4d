"""Execute lessons; leave the notebooks, HTML pages with an index, and the figures under build/.

A line for each run when it is done, and a table of its results; exit status 1 if any fails.
Quick runs on a processor go side by side, up to four, with a thread each: networks as small as
theirs gain little from more.
"""

import argparse
import base64
import html
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from lessons import BUILD, execute, find, quiet_environment, read, script, threads
from nbconvert import HTMLExporter

from helpers import plots, records

WRITING = threading.Lock()  # several seeds of a lesson write the same page; the last one stays


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--lesson", help="01, 02, ...; default: all")
    parser.add_argument(
        "--profile", choices=["quick", "full"], help="default: LESSON_PROFILE, quick"
    )
    parser.add_argument("--record", action="store_true", help="keep the figures in results/")
    parser.add_argument("--seeds", type=int, help="run with the seeds 0 to SEEDS - 1")
    options = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    where = "1" if options.record else os.environ.get("LESSON_RECORD") or str(BUILD / "results")
    results = records.RESULTS if where == "1" else Path(where).resolve()
    changes = {"LESSON_RECORD": str(results)}
    if options.profile:
        changes["LESSON_PROFILE"] = options.profile
    seeds = range(options.seeds) if options.seeds else [os.environ.get("LESSON_SEED") or "0"]
    environments = [quiet_environment(**changes, LESSON_SEED=str(seed)) for seed in seeds]
    jobs = [(path, each) for path in find(options.lesson) for each in environments]
    at_once = min(side_by_side(environments[0]), len(jobs))
    if at_once > 1:
        jobs = [(path, environment | threads(1)) for path, environment in jobs]
    pool = ThreadPoolExecutor(at_once)  # no `with`, which would wait for its threads after Ctrl-C
    failed = 0
    for job, done in [(job, pool.submit(run, *job)) for job in jobs]:
        failed += done.result()
        if not done.result():
            show(*job, results)
    index(results)
    print(f"pages: {(BUILD / 'index.html').relative_to(BUILD.parent)}")
    return 1 if failed else 0


def side_by_side(environment: dict[str, str]) -> int:
    """How many runs at once."""
    quick = (environment.get("LESSON_PROFILE") or "quick") == "quick"
    on_cpu = (environment.get("LESSON_DEVICE") or "cpu") == "cpu"
    return min(4, os.cpu_count() or 1) if quick and on_cpu else 1


def run(path: Path, environment: dict[str, str]) -> bool:
    """Execute one lesson into build/; print its line; True if it failed."""
    start = time.perf_counter()
    notebook = read(path)
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
    error = execute(notebook, environment)
    seconds = time.perf_counter() - start
    page, _ = HTMLExporter(template_name="lab").from_notebook_node(notebook)
    with WRITING:
        nbformat.write(notebook, BUILD / path.name)
        (BUILD / f"{path.stem}.html").write_text(page, encoding="utf-8")
    word = "FAILED" if error else "ok"
    print(f"{path.stem}, seed {environment['LESSON_SEED']}: {word} in {seconds:.0f} s", flush=True)
    if error:
        print(f"  {error.ename}: {error.evalue}\n  the cell is in build/{path.stem}.html")
    return error is not None


def show(path: Path, environment: dict[str, str], results: Path) -> None:
    """Print the figures that a lesson's run in this environment recorded under `results`."""
    seed = int(environment["LESSON_SEED"])
    if latest := last_recorded(results / f"{path.stem}.json", seed):
        machine = f"{latest['device']}, threads: {latest['threads']}"
        print(f"\n{path.stem}: {latest['data']}; seed {seed}; {machine}")
        plots.table([{"rung": name, **figures} for name, figures in latest["rungs"].items()])
        print()


def last_recorded(path: Path, seed: int | None = None) -> dict | None:
    """The newest run in a file of records (with that seed), None where there is none."""
    runs = [run for run in records.read(path) if seed in (None, run["seed"])]
    return max(runs, key=lambda run: run["date"], default=None)


def index(results: Path) -> None:
    """build/index.html: each executed lesson with its first picture and its figures."""
    rows = []
    for path in sorted(BUILD.glob("*.ipynb")):
        notebook = read(path)
        title = notebook.cells[0].source.splitlines()[0].lstrip("# ")
        rows.append(
            f'<h2><a href="{path.stem}.html">{html.escape(title)}</a></h2>'
            f'<p><img src="data:image/png;base64,{thumbnail(notebook)}" alt="" height="160"></p>'
            f"<ul>{figures(results / f'{path.stem}.json')}</ul>"
        )
    style = "<style>body{font:16px sans-serif;max-width:50em;margin:2em auto}</style>"
    page = f'<!doctype html><meta charset="utf-8"><title>Lessons that run</title>{style}'
    (BUILD / "index.html").write_text(page + "<h1>Lessons that run</h1>" + "".join(rows), "utf-8")


def thumbnail(notebook: nbformat.NotebookNode) -> str:
    """The first picture of an executed notebook, base64; empty where there is none."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if picture := output.get("data", {}).get("image/png"):
                return base64.b64encode(base64.b64decode(picture)).decode()
    return ""


def figures(path: Path) -> str:
    rungs = run["rungs"] if (run := last_recorded(path)) else {}
    lines = (f"{n}: {', '.join(f'{k} {v:g}' for k, v in row.items())}" for n, row in rungs.items())
    return "".join(f"<li>{html.escape(line)}</li>" for line in lines)


if __name__ == "__main__":
    script(main)
