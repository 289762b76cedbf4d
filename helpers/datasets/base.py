"""What every set's reader shares: the answer's shape, where files are, how a set is named."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from helpers import standins
from helpers.settings import Run

PART = "a PART of the real set"


class Part(NamedTuple):
    """Pictures (N, C, H, W) as bytes, and their answers, N rows."""

    x: Tensor
    y: Tensor


class DataSet(NamedTuple):
    train: Part
    valid: Part  # for choices
    test: Part | None  # scored once, at the end
    classes: list[str]
    source: str  # what it is, in words; says so where it is a stand-in


def folder(run: Run, name: str, draw: Callable[[Path], None]) -> Path:
    """Where a set's files are: below `run.data`, or a folder of stand-ins, drawn if need be."""
    if run.source == "stand-in":
        return standins.drawn(name, draw)
    return run.data / name


def find(run: Run, path: Path) -> Path:
    """The file, gzipped or not; FileNotFoundError says how to get it."""
    for candidate in (path, path.with_suffix("")):
        if candidate.exists():
            return candidate
    raise FileNotFoundError(
        f"{path.name} is not in {path.parent}. Get the real data with "
        f"`make data NB={run.number}`, or point LESSON_DATA at the folder that holds it; or "
        f"run the lesson on stand-ins {without_data(run)}."
    )


def without_data(run: Run) -> str:
    """How to get stand-ins in the place of this run's real data."""
    return "without LESSON_SOURCE=real" if run.quick else "with LESSON_PROFILE=quick"


def shuffled(count: int) -> Tensor:
    """The numbers 0 to count - 1 in a random order, the same in every run."""
    return torch.randperm(count, generator=torch.Generator().manual_seed(0))


def hold_out(part: Part, count: int) -> tuple[Part, Part]:
    """Split at random, but always alike: all but `count` rows, and `count` rows."""
    order = shuffled(len(part.x))
    rest, held = order[count:].sort().values, order[:count].sort().values
    return Part(part.x[rest], part.y[rest]), Part(part.x[held], part.y[held])


def describe(name: str, parts: Sequence[Part], stands_in: bool, real: str = "real") -> str:
    """What a set is, in words: "mnist, real: 50,000, 10,000, 10,000 pictures"."""
    kind = f"{name} stand-in, drawn by code" if stands_in else f"{name}, {real}"
    return f"{kind}: {', '.join(f'{len(part.x):,}' for part in parts)} pictures"
