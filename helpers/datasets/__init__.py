"""Real sets or their stand-ins, as arrays of bytes: one function a set, all with the same answer.

Full runs read the real files below `run.data`; quick runs read stand-ins, drawn by code in the same
file format and read by the same reader. A missing real set is an error that says what to type.
"""

import os
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from helpers import standins
from helpers.datasets import cifar, idx, pictures, scenes, text
from helpers.datasets.numbers import human_numbers as human_numbers  # no files: generated
from helpers.settings import Run
from helpers.standins import bedrooms as rooms
from helpers.standins import cars, cats_dogs, digits, objects, prose, streets
from helpers.standins import photos as surfaces
from helpers.standins import styles as manners

LSUN_SAMPLE = 300_000  # bedrooms that the lecture trained on, about


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


class Animals(NamedTuple):
    train: Part
    valid: Part  # for choices; the lecture has no third part
    masks: Tensor | None  # of valid, (N, H, W): 0 outside, 1 body, 2 head; stand-ins have them
    classes: list[str]
    source: str


def mnist(run: Run) -> DataSet:
    """Handwritten digits, 28x28 grey: 60,000 and 10,000 (stand-in: 6,000 and 1,000 drawn by code).

    The 60,000 are split into 50,000 for training and 10,000 for choices, the same in every run; the
    10,000 of the original test set are `test`. Shapes (N, 1, 28, 28) and (N,). ValueError names a
    file that is damaged. LeCun et al. 1998; the stand-in is described in `helpers.standins.digits`.
    """
    return _idx_set(run, "mnist", [str(digit) for digit in range(10)], _draw_mnist)


def cifar10(run: Run) -> DataSet:
    """Small photographs of ten things, 32x32 RGB: 50,000 and 10,000 (stand-in: 5,000 and 1,000).

    A tenth of the training pictures is held out for choices, the same in every run; `test` is the
    official test batch. Shapes (N, 3, 32, 32) and (N,). ValueError names a file that is damaged.
    Krizhevsky 2009; the stand-in is described in `helpers.standins.objects`.
    """
    where = folder(run, "cifar10", _draw_cifar10)
    parts, whole = cifar.read_set(lambda name: find(run, where / name))
    both = [Part(torch.from_numpy(x), torch.from_numpy(y.astype(np.int64))) for x, y in parts]
    train, valid = hold_out(both[0], len(both[0].x) // 10)
    sizes = ", ".join(f"{len(part.x):,}" for part in (train, valid, both[1]))
    real = "cifar10, real" if whole else "cifar10, a PART of the real set"
    source = {"real": real, "stand-in": "cifar10 stand-in, drawn by code"}[run.source]
    classes = objects.CLASSES if run.source == "stand-in" else cifar.CLASSES
    return DataSet(train, valid, both[1], classes, f"{source}: {sizes} pictures")


def dogscats(run: Run, size: int | None = None) -> Animals:
    """Photographs of cats (0) and dogs (1): 23,000 and 2,000 (stand-in: 800 and 400, with masks).

    size: pixels a side, default 224, in quick runs 96; the pictures' middle. Their order is random,
    the same in every run. Shapes (N, 3, size, size) and (N,). FileNotFoundError says how to get the
    photographs, ValueError names a file that is damaged. Kaggle 2013, in the folders of the
    lecture; the stand-in is described in `helpers.standins.cats_dogs`.
    """
    size = size or run.pick(quick=96, full=224)
    where = folder(run, "dogscats", _draw_dogscats)
    files = {part: _by_class(run, where / part) for part in ("train", "valid")}
    train, valid = (
        Part(torch.from_numpy(pictures.decode(names, size).x), labels)
        for names, labels in files.values()
    )
    masks, real = None, "dogscats, real"
    if run.source == "stand-in":
        names, _ = files["valid"]
        beside = [(where / "masks" / p.relative_to(where)).with_suffix(".png") for p in names]
        masks = torch.from_numpy(pictures.decode(names, size, masks=beside, classes=3).y)
    elif len(train.x) < 23_000:
        real = "dogscats, a PART of the real set"
    source = {"real": real, "stand-in": "dogscats stand-in, drawn by code"}[run.source]
    sizes = f"{len(train.x):,}, {len(valid.x):,} pictures, {size} pixels"
    return Animals(train, valid, masks, cats_dogs.CLASSES, f"{source}: {sizes}")


def carvana(run: Run, size: int | tuple[int, int]) -> DataSet:
    """Cars before a studio wall: pictures (N, 3, H, W), masks (N, H, W) of 0 and 1, squashed.

    4,080 and 1,008 pictures, 16 views a car, whole cars held out (stand-in: 384 and 96). Decoded
    once a size. The real set needs an account at Kaggle; LESSON_CARVANA=stand-in takes drawn cars
    in a real run too, and `source` says so. ValueError names a file that does not fit. Carvana
    Image Masking Challenge, 2017; the stand-in is described in `helpers.standins.cars`.
    """
    stands_in = run.source == "stand-in" or os.environ.get("LESSON_CARVANA") == "stand-in"
    if stands_in:
        where = standins.drawn("carvana", _draw_carvana)
    else:
        where = run.data / "carvana"
        if not (where / "train").is_dir():
            raise FileNotFoundError(
                f"train is not in {where}. Carvana's photographs need an account at Kaggle; "
                f"`make data NB={run.lesson[:2]}` says how to get them. Or take drawn cars with "
                "LESSON_CARVANA=stand-in, or the quick profile."
            )
    train, valid = scenes.carvana(where)
    count = len(train.pictures) + len(valid.pictures)
    real = "carvana, real" if count == 5088 else "carvana, a PART of the real set"
    source = "carvana stand-in, drawn by code" if stands_in else real
    return _masked(train, valid, size, ["background", "car"], source, threshold=128)


def camvid(run: Run, size: int | tuple[int, int]) -> DataSet:
    """Street scenes: pictures (N, 3, H, W), masks (N, H, W) of class numbers, squashed to `size`.

    Real: 600 and 101 pictures of 32 classes from `camvid`, or, where only that is there, 367 and
    101 of 12 classes from `camvid12` (stand-in: 200 and 64 of these 12). ValueError names a file
    that does not fit. Brostow et al. 2009, SegNet 2015; the stand-in is described in
    `helpers.standins.streets`.
    """
    where = folder(run, "camvid12", _draw_camvid)
    if run.source == "real" and (run.data / "camvid" / "images").is_dir():
        train, valid, classes = scenes.camvid32(run.data / "camvid")
        whole = (len(train.pictures), len(valid.pictures)) == (600, 101)
    elif (
        run.source == "real" and not (where / "train").is_dir() and not (where / "CamVid").is_dir()
    ):
        find(run, run.data / "camvid" / "images")  # an error that says what to do
    else:
        train, valid, classes = scenes.camvid12(where)
        whole = (len(train.pictures), len(valid.pictures)) == (367, 101)
    name = f"camvid, {len(classes)} classes"
    real = f"{name}, real" if whole else f"{name}, a PART of the real set"
    source = f"{name}, stand-in drawn by code" if run.source == "stand-in" else real
    return _masked(train, valid, size, classes, source, classes=len(classes))


def bedrooms(run: Run) -> DataSet:
    """Bedrooms, RGB, 64 pixels a side (quick: 32): LSUN's, some 300,000 (stand-in: 3,000).

    Any folders of pictures below bedrooms/ will do: the 20 % sample's JPEGs, or the files that
    LSUN's own script exports. A third, at most 10,000, is held out to compare with, the same in
    every run; the answers `y` are all 0. Shapes (N, 3, S, S) and (N,). ValueError names a file that
    is damaged. Yu et al. 2015, arXiv 1506.03365; the stand-in: `helpers.standins.bedrooms`.
    """
    where = folder(run, "bedrooms", _draw_bedrooms)
    if not where.is_dir():
        find(run, where)  # says how to get it
    files, side = pictures.find_pictures(where), run.pick(quick=32, full=64)
    order = np.random.default_rng(0).permutation(len(files))
    held = min(len(files) // 3, 10_000)
    parts = []
    for rows in (np.sort(order[held:]), np.sort(order[:held])):
        x = torch.from_numpy(pictures.decode([files[row] for row in rows], side).x)
        parts.append(Part(x, torch.zeros(len(x), dtype=torch.int64)))
    source = {"real": "bedrooms, real", "stand-in": "bedrooms stand-in, drawn by code"}[run.source]
    if run.source == "real" and len(files) < LSUN_SAMPLE:
        source = "bedrooms, a SMALL part of what the lecture had"
    sizes = ", ".join(f"{len(part.x):,}" for part in parts)
    return DataSet(*parts, None, ["bedroom"], f"{source}: {sizes} pictures of {side} x {side}")


def nietzsche(run: Run) -> text.Text:
    """Nietzsche's writings by characters: 482,972 and 107,989 tokens (stand-in: about half of it).

    The first 80 % of the lines for training, the rest for choices; 55 symbols. Streams (T,) int64.
    ValueError names a file that is damaged. Part 1 2018, lesson 6; the stand-in is described in
    `helpers.standins.prose`.
    """
    path = find(run, folder(run, "nietzsche", _draw_nietzsche) / text.NAME)
    lines = text.read(path)
    real = "nietzsche, real" if text.is_whole(lines) else "nietzsche, NOT the lecture's whole text"
    source = {"real": real, "stand-in": "nietzsche stand-in, written by code"}[run.source]
    made = text.prepare(lines, source)
    sizes = f"{len(made.train):,}, {len(made.valid):,} characters"
    return made._replace(source=f"{source}: {sizes}")


PHOTOS = ["photos", "imagenette320", "imagenette160", "pets"]  # the first that is there is taken


def photos(run: Run, size: int | None = None) -> DataSet:
    """Photographs, their middle squares (stand-in: 1,000 and 1,000 pictures drawn by code).

    size: pixels a side, default 192, in quick runs 96. Shapes (N, 3, size, size); the answers (N,)
    are which kind a picture is. Real: the first of the folders PHOTOS below `run.data`; any
    pictures do. Those below `train` and `val` are taken apart as they are, with a folder a kind;
    else a tenth is held out. The order is random, the same in every run. FileNotFoundError says how
    to get them, ValueError names a file that is damaged. Howard 2019 (Imagenette), Parkhi et al.
    2012 (pets); the stand-in is described in `helpers.standins.photos`.
    """
    size = size or run.pick(quick=96, full=192)
    if run.source == "stand-in":
        where, source = folder(run, "photos", _draw_photos), "photos stand-in, drawn by code"
    else:
        there = [run.data / name for name in PHOTOS if (run.data / name).is_dir()]
        where = there[0] if there else find(run, run.data / PHOTOS[0])
        source = f"{where.name}, real"
    split = (where / "train").is_dir() and (where / "val").is_dir()
    kinds = sorted(p.name for p in (where / "train").iterdir() if p.is_dir()) if split else []
    parts = []
    for part in ("train", "val") if split else (".",):
        files = pictures.find_pictures(where / part)
        order = torch.randperm(len(files), generator=torch.Generator().manual_seed(0)).tolist()
        files = [files[i] for i in order]
        named = [path.relative_to(where / part).parts[0] for path in files]
        labels = torch.tensor([kinds.index(name) if name in kinds else 0 for name in named])
        parts.append(Part(torch.from_numpy(pictures.decode(files, size).x), labels))
    train, valid = parts if split else hold_out(parts[0], max(1, len(parts[0].x) // 10))
    sizes = f"{len(train.x):,}, {len(valid.x):,} pictures, {size} pixels"
    return DataSet(train, valid, None, kinds or [where.name], f"{source}: {sizes}")


def superres(run: Run) -> dict[str, list[Tensor]]:
    """The sets that super-resolution is scored on, by name: pictures (3, H, W) of any size, bytes.

    Every folder below `<run.data>/superres` is one, such as Set5 and Set14; empty where there is
    none and where the run reads stand-ins. ValueError names a file that is damaged.
    """
    where = run.data / "superres"
    if run.source == "stand-in" or not where.is_dir():
        return {}
    return {
        each.name: [torch.from_numpy(pictures.whole(path)) for path in pictures.find_pictures(each)]
        for each in sorted(where.iterdir())
        if each.is_dir()
    }


def styles(run: Run, size: int) -> dict[str, Tensor]:
    """Paintings by name: their middle squares, (1, 3, size, size) bytes (stand-in: three drawn).

    Real: all pictures below `<run.data>/styles`. FileNotFoundError says how to get them, ValueError
    names a file that is damaged. The stand-ins are described in `helpers.standins.styles`.
    """
    where = folder(run, "styles", _draw_styles)
    if not where.is_dir():
        find(run, where)  # says how to get them
    files = pictures.find_pictures(where)
    squares = torch.from_numpy(pictures.decode(files, size).x)
    return {path.stem: square for path, square in zip(files, squares.split(1))}


def hold_out(part: Part, count: int) -> tuple[Part, Part]:
    """Split at random, but always alike: all but `count` rows, and `count` rows."""
    order = torch.randperm(len(part.x), generator=torch.Generator().manual_seed(0))
    rest, held = order[count:].sort().values, order[:count].sort().values
    return Part(part.x[rest], part.y[rest]), Part(part.x[held], part.y[held])


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
    number = run.lesson.split("_")[0]
    raise FileNotFoundError(
        f"{path.name} is not in {path.parent}. Get the real data with "
        f"`make data NB={number}`, or point LESSON_DATA at the folder that holds it; or "
        "run the lesson on stand-ins with LESSON_PROFILE=quick."
    )


def _masked(
    train: scenes.Files, valid: scenes.Files, size: int | tuple, names: list, source: str, **options
) -> DataSet:
    """Both parts, decoded once and squashed to `size`, as memory maps."""
    both = [train.pictures + valid.pictures, train.masks + valid.masks]
    made = pictures.decode(both[0], size, masks=both[1], squash=True, **options)
    x, y = torch.from_numpy(made.x), torch.from_numpy(made.y)
    parts = [Part(x[rows], y[rows]) for rows in (slice(len(train[0])), slice(len(train[0]), None))]
    sizes = f"{len(parts[0].x):,}, {len(parts[1].x):,} pictures"
    return DataSet(*parts, None, names, f"{source}: {sizes}")


def _draw_carvana(where: Path) -> None:
    cars.write(where, 30, seed=0)


def _draw_camvid(where: Path) -> None:
    streets.write(where, {"train": 200, "val": 64}, seed=0)


def _draw_bedrooms(where: Path) -> None:
    for number, picture in enumerate(rooms.draw(3000, seed=0)):
        name = f"{number:05d}.jpg"
        Image.fromarray(picture.transpose(1, 2, 0)).save(where / name, quality=95)


def _draw_cifar10(where: Path) -> None:
    x, y = objects.draw(5000, seed=0)
    for name, mine in zip(cifar.TRAIN, np.split(np.arange(len(x)), len(cifar.TRAIN))):
        cifar.write(where / name, x[mine], y[mine])
    cifar.write(where / cifar.TEST, *objects.draw(1000, seed=1))


def _by_class(run: Run, where: Path) -> tuple[list[Path], Tensor]:
    """The pictures below cats and dogs, in a random order, always the same; and their labels."""
    kinds = [pictures.find_pictures(find(run, where / kind), "*") for kind in cats_dogs.CLASSES]
    labels = torch.arange(2).repeat_interleave(torch.tensor([len(files) for files in kinds]))
    order = torch.randperm(len(labels), generator=torch.Generator().manual_seed(0))
    files = kinds[0] + kinds[1]
    return [files[i] for i in order.tolist()], labels[order]


def _draw_dogscats(where: Path) -> None:
    cats_dogs.write(where, "train", count=800, seed=0)
    cats_dogs.write(where, "valid", count=400, seed=1)


def _draw_mnist(where: Path) -> None:
    for prefix, count, seed in (("train", 6000, 0), ("t10k", 1000, 1)):
        x, y = digits.draw(count, seed)
        idx.write(where / f"{prefix}-images-idx3-ubyte.gz", x)
        idx.write(where / f"{prefix}-labels-idx1-ubyte.gz", y)


def _draw_photos(where: Path) -> None:
    for seed, part in enumerate(("train", "val")):
        surfaces.write(where / part, 1000, seed)


def _draw_styles(where: Path) -> None:
    manners.write(where, seed=0)


def _draw_nietzsche(where: Path) -> None:
    (where / text.NAME).write_text(prose.draw(prose.CHARACTERS, seed=0), encoding="utf-8")


def _idx_set(run: Run, name: str, classes: list[str], draw: Callable[[Path], None]) -> DataSet:
    where = folder(run, name, draw)
    parts = []
    for prefix in ("train", "t10k"):
        pictures = find(run, where / f"{prefix}-images-idx3-ubyte.gz")
        labels = find(run, where / f"{prefix}-labels-idx1-ubyte.gz")
        x, y = idx.read(pictures), idx.read(labels)
        if x.ndim != 3 or x.shape[1:] != (28, 28) or not len(x):
            raise ValueError(f"{pictures} holds an array of {x.shape}, expected (N, 28, 28)")
        if y.shape != x.shape[:1]:
            raise ValueError(f"{labels} holds {y.shape} labels for {len(x)} pictures")
        if y.max() >= len(classes):
            raise ValueError(
                f"{labels} holds the label {y.max()}, expected 0 to {len(classes) - 1}"
            )
        parts.append(
            Part(torch.from_numpy(x.copy())[:, None], torch.from_numpy(y.astype(np.int64)))
        )
    train, valid = hold_out(parts[0], len(parts[0].x) // 6)
    source = {"real": f"{name}, real", "stand-in": f"{name} stand-in, drawn by code"}[run.source]
    sizes = ", ".join(f"{len(part.x):,}" for part in (train, valid, parts[1]))
    return DataSet(train, valid, parts[1], classes, f"{source}: {sizes} pictures")
