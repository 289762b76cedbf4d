"""Nietzsche's text as a stream of characters, prepared as in the lecture (part 1 2018, lesson 6).

A text file of lines. The first 80 % of the lines are for training, the rest for choices; letters
become small, line breaks are dropped (the words around them fuse), a mark ends each part, and what
occurs fewer than three times in training, that mark included, is unknown.
"""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import torch
from torch import Tensor

from helpers.datasets.base import find, folder
from helpers.settings import Run

NAME, OFFICIAL = "nietzsche.txt", (600_893, 9_935)  # characters and lines of the whole text
UNKNOWN, PADDING, END = "<unknown>", "<padding>", "<end>"  # padding is never used: vocabulary only
SHARE, LEAST = 0.8, 3  # of the lines, for training; occurrences in training that make a symbol
AGAIN = "delete it and get the text again, or put a plain text file with line breaks in its place"


class Text(NamedTuple):
    """Two streams of symbol numbers (T,) int64, and the symbol of each number."""

    train: Tensor
    valid: Tensor
    places: Tensor  # (T,) of valid: how many characters stand before this one in its line
    classes: list[str]
    source: str


def nietzsche(run: Run) -> Text:
    """Nietzsche's writings by characters: 482,972 and 107,989 tokens (stand-in: about half of it).

    The first 80 % of the lines for training, the rest for choices; 55 symbols. Streams (T,) int64.
    ValueError names a file that is damaged. Part 1 2018, lesson 6; the stand-in is described in
    `helpers.standins.prose`.
    """
    lines = read(find(run, folder(run, "nietzsche", _draw) / NAME))
    real = "nietzsche, real" if is_whole(lines) else "nietzsche, NOT the lecture's whole text"
    source = {"real": real, "stand-in": "nietzsche stand-in, written by code"}[run.source]
    made = prepare(lines, source)
    sizes = f"{len(made.train):,}, {len(made.valid):,} characters"
    return made._replace(source=f"{source}: {sizes}")


def read(path: Path) -> list[str]:
    """The lines of a UTF-8 text file without their ends; ValueError names a file that is none.

    A byte-order mark and carriage returns are dropped. Refused are files that hold other bytes than
    text, web pages (what a failed download leaves), and texts of fewer than five lines: their line
    breaks were lost, and the split by lines needs them.
    """
    content = path.read_bytes()
    try:
        text = content.decode("utf-8-sig").replace("\r\n", "\n")
    except UnicodeDecodeError as e:
        raise ValueError(f"{path} is no UTF-8 text (byte {e.start:,} is no letter); {AGAIN}") from e
    if "\0" in text:
        raise ValueError(f"{path} is no text: it holds a zero byte; {AGAIN}")
    if text.lstrip()[:9].lower().startswith(("<!doctype", "<html")):
        raise ValueError(f"{path} is a web page, not the text; {AGAIN}")
    lines = text.removesuffix("\n").split("\n") if text else []
    if len(lines) < 5:
        raise ValueError(
            f"{path} has {len(text):,} characters in {len(lines)} lines, expected "
            f"{OFFICIAL[0]:,} in {OFFICIAL[1]:,}; {AGAIN}"
        )
    return lines


def is_whole(lines: Sequence[str]) -> bool:
    """Whether this is the lecture's text, by its number of characters and lines."""
    return (sum(map(len, lines)) + len(lines) - 1, len(lines)) == OFFICIAL


def symbols(lines: Sequence[str]) -> list[str]:
    """Tokens of some lines: small letters one after the other, no line breaks, an end mark."""
    return [*"".join(line.lower() for line in lines), END]


def prepare(lines: Sequence[str], source: str) -> Text:
    """Split lines, count the symbols of the training part and number both parts.

    `classes` begins with the unknown and the padding symbol; then the commonest come first.
    """
    first = int(SHARE * len(lines))
    parts = [symbols(lines[:first]), symbols(lines[first:])]
    counts = Counter(parts[0])
    kept = sorted((s for s, n in counts.items() if n >= LEAST), key=lambda s: (-counts[s], s))
    classes = [UNKNOWN, PADDING, *kept]
    number = {symbol: i for i, symbol in enumerate(classes)}
    train, valid = (torch.tensor([number.get(s, 0) for s in part]) for part in parts)
    places = [i for line in lines[first:] for i in range(len(line.lower()))]
    return Text(train, valid, torch.tensor([*places, 0]), classes, source)


def _draw(where: Path) -> None:
    from helpers.standins import prose

    (where / NAME).write_text(prose.draw(prose.CHARACTERS, seed=0), encoding="utf-8")
