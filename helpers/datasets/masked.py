"""Pictures with a class for every pixel: Carvana's cars, CamVid's streets."""

import os
from pathlib import Path

import torch

from helpers import standins
from helpers.datasets import pictures, scenes
from helpers.datasets.base import PART, DataSet, Part, describe, find, folder, without_data
from helpers.settings import Run


def carvana(run: Run, size: int | tuple[int, int]) -> DataSet:
    """Cars before a studio wall: pictures (N, 3, H, W), masks (N, H, W) of 0 and 1, squashed.

    4,080 and 1,008 pictures, 16 views a car, whole cars held out (stand-in: 384 and 96). Decoded
    once a size. The real set needs an account at Kaggle; LESSON_CARVANA=stand-in takes drawn cars
    in a real run too, and `source` says so. ValueError names a file that does not fit. Carvana
    Image Masking Challenge, 2017; the stand-in is described in `helpers.standins.cars`.
    """
    stands_in = run.source == "stand-in" or os.environ.get("LESSON_CARVANA") == "stand-in"
    if stands_in:
        where = standins.drawn("carvana", _draw_cars)
    else:
        where = run.data / "carvana"
        if not (where / "train").is_dir():
            raise FileNotFoundError(
                f"train is not in {where}. Carvana's photographs need an account at Kaggle; "
                f"`make data NB={run.number}` says how to get them. Or take drawn cars with "
                f"LESSON_CARVANA=stand-in, or run on stand-ins {without_data(run)}."
            )
    parts = _decode(*scenes.carvana(where), size, threshold=128)
    real = "real" if sum(len(part.x) for part in parts) == 5088 else PART
    source = describe("carvana", parts, stands_in, real)
    return DataSet(*parts, None, ["background", "car"], source)


def camvid(run: Run, size: int | tuple[int, int]) -> DataSet:
    """Street scenes: pictures (N, 3, H, W), masks (N, H, W) of class numbers, squashed to `size`.

    Real: 600 and 101 pictures of 32 classes from `camvid`, or, where only that is there, 367 and
    101 of 12 classes from `camvid12` (stand-in: 200 and 64 of these 12). ValueError names a file
    that does not fit. Brostow et al. 2009, SegNet 2015; the stand-in is described in
    `helpers.standins.streets`.
    """
    segnet = folder(run, "camvid12", _draw_streets)
    stands_in, full = run.source == "stand-in", run.data / "camvid"
    if stands_in or (segnet.is_dir() and not (full / "images").is_dir()):
        *files, classes = scenes.camvid12(segnet)
        expected = [367, 101]
    else:
        find(run, full / "images")
        *files, classes = scenes.camvid32(full)
        expected = [600, 101]
    parts = _decode(*files, size, classes=len(classes))
    real = "real" if [len(part.x) for part in parts] == expected else PART
    source = describe(f"camvid with {len(classes)} classes", parts, stands_in, real)
    return DataSet(*parts, None, classes, source)


def _draw_cars(where: Path) -> None:
    from helpers.standins import cars

    cars.write(where, 30, seed=0)


def _draw_streets(where: Path) -> None:
    from helpers.standins import streets

    streets.write(where, {"train": 200, "val": 64}, seed=0)


def _decode(
    train: scenes.Files, valid: scenes.Files, size: int | tuple[int, int], **options: int
) -> list[Part]:
    """Both parts, decoded once and squashed to `size`, as memory maps."""
    both = [train.pictures + valid.pictures, train.masks + valid.masks]
    made = pictures.decode(both[0], size, masks=both[1], squash=True, **options)
    x, y, first = torch.from_numpy(made.x), torch.from_numpy(made.y), len(train.pictures)
    return [Part(x[:first], y[:first]), Part(x[first:], y[first:])]
