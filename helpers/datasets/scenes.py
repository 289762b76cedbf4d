"""Pictures with masks: which files belong together, in Carvana's and CamVid's own layouts.

Readers only list, pair and check the files; `pictures.decode` makes arrays of them.
"""

import csv
import hashlib
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image

from helpers import cache
from helpers.datasets.pictures import find_pictures


class Files(NamedTuple):
    """A picture and its mask, row by row."""

    pictures: list[Path]
    masks: list[Path]


def carvana(folder: Path) -> tuple[Files, Files]:
    """Training and validation files of Carvana: train/<car>_<view>.jpg, train_masks/*_mask.gif.

    Whole cars are held out, the first 63 in 318 by name, as the lecture did (1,008 of 5,088
    pictures). Where train_masks.csv is there, it must list the same pictures. ValueError says what
    is missing, or that there are too few cars to hold one out.
    """
    found = find_pictures(folder / "train", "*")
    masks = [_first(folder / "train_masks", f"{p.stem}_mask", (".gif", ".png")) for p in found]
    if (table := folder / "train_masks.csv").exists():
        with open(table, newline="") as file:
            listed = {row["img"] for row in csv.DictReader(file)}
        if odd := sorted(listed ^ {path.name for path in found}):
            raise ValueError(f"{table} and the folder train differ in {odd[0]} and {len(odd) - 1}")
    cars = list(dict.fromkeys(path.stem.partition("_")[0] for path in found))
    if len(cars) < 2:
        raise ValueError(f"{folder} holds {len(cars)} car: to hold one out, two are needed")
    held = set(cars[: max(1, len(cars) * 63 // 318)])
    sides = [path.stem.partition("_")[0] in held for path in found]
    rows = list(zip(found, masks, sides))
    return tuple(Files(*map(list, zip(*[r[:2] for r in rows if r[2] == v]))) for v in (False, True))


def camvid12(folder: Path) -> tuple[Files, Files, list[str]]:
    """CamVid in the SegNet edition: train/, trainannot/, val/, valannot/; values 0 to 11."""
    folder = folder / "CamVid" if (folder / "CamVid").is_dir() else folder
    parts = []
    for part in ("train", "val"):
        found = find_pictures(folder / part, "*")
        masks = [_first(folder / f"{part}annot", path.stem, (".png",)) for path in found]
        parts.append(Files(found, masks))
    return parts[0], parts[1], SEGNET


def camvid32(folder: Path) -> tuple[Files, Files, list[str]]:
    """CamVid with 32 classes: images/*.png, codes.txt (a name a line), valid.txt (held-out names).

    labels/*_P.png hold the classes' numbers. The original labels/*_L.png hold colours, which
    label_colors.txt (red, green, blue, name) explains: they are turned into numbers once.
    """
    found = find_pictures(folder / "images", "*")
    held = set((folder / "valid.txt").read_text().split())
    if absent := sorted(held - {path.name for path in found}):
        raise ValueError(f"valid.txt names {absent[0]}, which is not in {folder / 'images'}")
    colours = folder / "label_colors.txt"
    if any((folder / "labels").glob("*_P.png")) or not colours.exists():
        classes = (folder / "codes.txt").read_text().split()
        masks = [_first(folder / "labels", f"{p.stem}_P", (".png",)) for p in found]
    else:
        rows = [line.split() for line in colours.read_text().splitlines() if line.strip()]
        classes = [row[3] for row in rows]
        table = np.array([row[:3] for row in rows], np.uint8)
        theirs = [_first(folder / "labels", f"{p.stem}_L", (".png",)) for p in found]
        masks = _numbered(theirs, table)
    parts = [
        Files(*map(list, zip(*[(p, m) for p, m in zip(found, masks) if (p.name in held) == v])))
        for v in (False, True)
    ]
    return parts[0], parts[1], classes


SEGNET = [
    "Sky", "Building", "Pole", "Road", "Pavement", "Tree",
    "SignSymbol", "Fence", "Car", "Pedestrian", "Bicyclist", "Unlabelled",
]  # fmt: skip


def numbers_of(colours: np.ndarray, table: np.ndarray) -> np.ndarray:
    """Colours (H, W, 3) as rows of `table` (classes, 3): (H, W) uint8. ValueError: a new colour."""
    weigh = np.array([65536, 256, 1])
    codes, known = colours.astype(int) @ weigh, table.astype(int) @ weigh
    order = known.argsort()
    places = np.searchsorted(known, codes, sorter=order).clip(max=len(known) - 1)
    labels = order[places]
    if (wrong := known[labels] != codes).any():
        red, green, blue = colours[wrong][0]
        raise ValueError(f"the colour ({red}, {green}, {blue}) is of no class")
    return labels.astype(np.uint8)


def run_lengths(text: str, shape: tuple[int, int]) -> np.ndarray:
    """Carvana's csv: "start length start length ...", row by row from 1, as a mask of 0 and 1."""
    numbers = np.array(text.split(), int).reshape(-1, 2)
    flat = np.zeros(shape[0] * shape[1], np.uint8)
    for start, length in numbers:
        flat[start - 1 : start - 1 + length] = 1
    return flat.reshape(shape)


def _numbered(files: list[Path], table: np.ndarray) -> list[Path]:
    """Copies with class numbers of masks in colours, made once, in the cache."""

    def build(folder: Path) -> None:
        for path in files:
            try:
                labels = numbers_of(np.asarray(Image.open(path).convert("RGB")), table)
            except (OSError, ValueError) as e:
                raise ValueError(f"{path} cannot be used as a mask: {e}") from e
            Image.fromarray(labels).save(folder / path.name)

    key = hashlib.sha256(table.tobytes())
    for path in files:
        key.update(f"{path}\0{path.stat().st_size}\0{path.stat().st_mtime_ns}\0".encode())
    folder = cache.build_once("camvid-labels", key.hexdigest(), build)
    return [folder / path.name for path in files]


def _first(folder: Path, stem: str, endings: tuple[str, ...]) -> Path:
    for ending in endings:
        if (path := folder / f"{stem}{ending}").exists():
            return path
    raise ValueError(f"{folder} holds no mask {stem}{endings[0]}: every picture needs one")
