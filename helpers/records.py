"""Recorded runs: one JSON file a lesson, from which README's figures are made.

LESSON_RECORD says where: 1 for results/ of this project, or a folder. Without it nothing is kept.
"""

import datetime
import json
import os
import platform
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from statistics import fmean

import torch
from filelock import FileLock

from helpers import checks, parallel
from helpers.settings import ROOT, Run

RESULTS = ROOT / "results"
KEYS = ("profile", "source", "seed", "device")  # a new record replaces the old one of the same keys
KINDS = {
    "quick, kept": ("quick", "stand-in"),
    "quick on real data": ("quick", "real"),
    "full, kept": ("full", "real"),
}


def record(run: Run, data: str, rungs: Mapping[str, Mapping[str, float]]) -> None:
    """Keep a run's figures, a row of numbers a rung; `data` says what it was trained on.

    A second record with the same profile, source, seed and device takes the place of the first.
    """
    if not (where := os.environ.get("LESSON_RECORD")):
        print("not recorded (LESSON_RECORD=1 does that)")
        return
    if parallel.rank():
        return  # the first process of several records
    folder = RESULTS if where == "1" else Path(where)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{run.lesson}.json"
    new = {
        "profile": run.profile,
        "source": run.source,
        "seed": run.seed,
        "device": torch.cuda.get_device_name() if run.device.type == "cuda" else run.device.type,
        "threads": torch.get_num_threads(),
        "data": data,
        "seconds": round(time.time() - run.started, 1),
        "versions": {"python": platform.python_version(), "torch": torch.__version__},
        "commit": _commit(),
        "date": datetime.datetime.now().isoformat(timespec="seconds"),
        "goals": checks.goals,
        "floors": checks.floors,
        "rungs": {name: _rounded(figures) for name, figures in rungs.items()},
    }
    with FileLock(f"{path}.lock"):
        runs = [old for old in read(path) if any(old[key] != new[key] for key in KEYS)]
        runs = sorted([*runs, new], key=lambda r: [str(r[key]) for key in KEYS])
        part = path.with_suffix(".part")
        part.write_text(json.dumps({"lesson": run.lesson, "runs": runs}, indent=1) + "\n")
        part.replace(path)
    print(f"recorded: {run.lesson}, {run.profile} profile, seed {run.seed}")


def read(path: Path) -> list[dict]:
    """The runs in one file of records; an empty list where there is no such file."""
    return json.loads(path.read_text())["runs"] if path.exists() else []


def kept(lesson: str, rung: str, key: str, folder: Path = RESULTS) -> dict[str, float | str]:
    """Part of a table's row: a rung's figure, the mean over the recorded runs of each kind.

    "" where such runs lack the rung; kinds of run that nobody has recorded have no column.
    """
    row = {}
    for column, (profile, source) in KINDS.items():
        runs = runs_of(lesson, profile, source, folder)
        values = [r["rungs"][rung][key] for r in runs if key in r["rungs"].get(rung, {})]
        if runs:
            row[column] = fmean(values) if values else ""
    return row


def runs_of(lesson: str, profile: str, source: str, folder: Path = RESULTS) -> list[dict]:
    """The recorded runs of a kind; of full ones those on a GPU, where there are any.

    On a processor most full runs do less than the lecture's, so the two are never averaged.
    """
    runs = read(folder / f"{lesson}.json")
    runs = [r for r in runs if (r["profile"], r["source"]) == (profile, source)]
    on_gpu = [r for r in runs if r["device"] != "cpu"]
    return on_gpu if profile == "full" and on_gpu else runs


def _rounded(figures: Mapping[str, float]) -> dict[str, float]:
    return {name: round(value, 5) for name, value in figures.items()}


def _commit() -> str:
    git = ["git", "-C", str(ROOT), "describe", "--always", "--dirty", "--abbrev=12"]
    try:
        return subprocess.run(git, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return "unknown"
