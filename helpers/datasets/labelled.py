"""Pictures with a class each: MNIST, CIFAR-10, dogs and cats."""

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from helpers.datasets import cifar, idx, pictures
from helpers.datasets.base import PART, DataSet, Part, describe, find, folder, hold_out, shuffled
from helpers.settings import Run


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
    where = folder(run, "mnist", _draw_mnist)
    both = [_digits(run, where, prefix) for prefix in ("train", "t10k")]
    train, valid = hold_out(both[0], len(both[0].x) // 6)
    parts = [train, valid, both[1]]
    source = describe("mnist", parts, run.source == "stand-in")
    return DataSet(*parts, [str(digit) for digit in range(10)], source)


def cifar10(run: Run) -> DataSet:
    """Small photographs of ten things, 32x32 RGB: 50,000 and 10,000 (stand-in: 5,000 and 1,000).

    A tenth of the training pictures is held out for choices, the same in every run; `test` is the
    official test batch. Shapes (N, 3, 32, 32) and (N,). ValueError names a file that is damaged.
    Krizhevsky 2009; the stand-in is described in `helpers.standins.objects`.
    """
    from helpers.standins import objects

    where, stands_in = folder(run, "cifar10", _draw_cifar10), run.source == "stand-in"
    read, whole = cifar.read_set(lambda name: find(run, where / name))
    both = [Part(torch.from_numpy(x), torch.from_numpy(y.astype(np.int64))) for x, y in read]
    parts = [*hold_out(both[0], len(both[0].x) // 10), both[1]]
    classes = objects.CLASSES if stands_in else cifar.CLASSES
    source = describe("cifar10", parts, stands_in, "real" if whole else PART)
    return DataSet(*parts, classes, source)


def dogscats(run: Run, size: int | None = None) -> Animals:
    """Photographs of cats (0) and dogs (1): 23,000 and 2,000 (stand-in: 800 and 400, with masks).

    size: pixels a side, default 224, in quick runs 96; the pictures' middle. Their order is random,
    the same in every run. Shapes (N, 3, size, size) and (N,). FileNotFoundError says how to get the
    photographs, ValueError names a file that is damaged. Kaggle 2013, in the folders of the
    lecture; the stand-in is described in `helpers.standins.cats_dogs`.
    """
    from helpers.standins import cats_dogs

    size = size or run.pick(quick=96, full=224)
    where, stands_in = folder(run, "dogscats", _draw_dogscats), run.source == "stand-in"
    parts, masks = [], None
    for name in ("train", "valid"):
        folders = [find(run, where / name / kind) for kind in cats_dogs.CLASSES]
        cats, dogs = (pictures.find_pictures(each, "*") for each in folders)
        labels = torch.tensor([0] * len(cats) + [1] * len(dogs))
        order = shuffled(len(labels))
        files = [(cats + dogs)[i] for i in order.tolist()]
        parts.append(Part(torch.from_numpy(pictures.decode(files, size).x), labels[order]))
    if stands_in:
        beside = [(where / "masks" / p.relative_to(where)).with_suffix(".png") for p in files]
        masks = torch.from_numpy(pictures.decode(files, size, masks=beside, classes=3).y)
    real = "real" if len(parts[0].x) >= 23_000 else PART
    source = describe("dogscats", parts, stands_in, real)
    return Animals(*parts, masks, cats_dogs.CLASSES, f"{source}, {size} pixels")


def _digits(run: Run, where: Path, prefix: str) -> Part:
    images = find(run, where / f"{prefix}-images-idx3-ubyte.gz")
    labels = find(run, where / f"{prefix}-labels-idx1-ubyte.gz")
    x, y = idx.read(images), idx.read(labels)
    if x.ndim != 3 or x.shape[1:] != (28, 28) or not len(x):
        raise ValueError(f"{images} holds an array of {x.shape}, expected (N, 28, 28)")
    if y.shape != x.shape[:1]:
        raise ValueError(f"{labels} holds {y.shape} labels for {len(x)} pictures")
    if y.max() > 9:
        raise ValueError(f"{labels} holds the label {y.max()}, expected 0 to 9")
    return Part(torch.from_numpy(x.copy())[:, None], torch.from_numpy(y.astype(np.int64)))


def _draw_mnist(where: Path) -> None:
    from helpers.standins import digits

    for prefix, count, seed in (("train", 6000, 0), ("t10k", 1000, 1)):
        x, y = digits.draw(count, seed)
        idx.write(where / f"{prefix}-images-idx3-ubyte.gz", x)
        idx.write(where / f"{prefix}-labels-idx1-ubyte.gz", y)


def _draw_cifar10(where: Path) -> None:
    from helpers.standins import objects

    x, y = objects.draw(5000, seed=0)
    for name, mine in zip(cifar.TRAIN, np.split(np.arange(len(x)), len(cifar.TRAIN))):
        cifar.write(where / name, x[mine], y[mine])
    cifar.write(where / cifar.TEST, *objects.draw(1000, seed=1))


def _draw_dogscats(where: Path) -> None:
    from helpers.standins import cats_dogs

    cats_dogs.write(where, "train", count=800, seed=0)
    cats_dogs.write(where, "valid", count=400, seed=1)
