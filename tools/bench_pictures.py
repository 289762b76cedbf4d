"""An epoch of augmented 128-pixel batches of dogs and cats, without a network.

    LESSON_DATA=... python tools/bench_pictures.py

Ours: decoded once into the cache, augmented by the batch. Theirs: `ImageFolder` and `DataLoader`
with two workers that stay alive, as tutorials write it. Alternating, medians. Ours gets one thread
against their two workers: more threads than free cores make it many times slower.
"""

import os
import tempfile
from collections.abc import Iterable
from pathlib import Path

import torch
from lessons import script
from timing import Row, alone, go_through, medians, report, seconds

from helpers import augment
from helpers.batches import Batches
from helpers.datasets.pictures import decode, find_pictures

ROOT = Path(__file__).resolve().parent.parent
SIZE, BATCH = 128, 64
AFFINE = {"rotate": 20, "zoom": (1.0, 1.3), "shift": 0.1}


def measure() -> list[Row]:
    """Seconds of decoding, and of an epoch of each kind; ratios are theirs to ours.

    FileNotFoundError says what to do where the photographs are missing.
    """
    folder = Path(os.environ.get("LESSON_DATA") or ROOT / "data").expanduser() / "dogscats/train"
    if not folder.is_dir():
        raise FileNotFoundError(
            f"the photographs are not in {folder}: get them with `make data NB=08`, or set "
            "LESSON_DATA to the folder that holds dogscats/"
        )
    files = find_pictures(folder)
    labels = torch.tensor([path.parent.name == "dogs" for path in files]).long()
    rows = []
    with tempfile.TemporaryDirectory() as cache:
        before, threads = os.environ.get("LESSON_CACHE"), torch.get_num_threads()
        os.environ["LESSON_CACHE"] = cache
        torch.set_num_threads(1)
        try:
            rows += _once(files)
            x = torch.from_numpy(decode(files, SIZE).x)
            again = seconds(lambda: decode(files, SIZE))
            rows.append(Row(f"decoding again, {len(files):,} photographs", again))
            lit = augment.light(0.2, 0.2)
            rows += _compare("crop and flip", folder, x, labels, [augment.crop(8), augment.flip()])
            whole = [augment.affine(**AFFINE), augment.flip(), lit]
            rows += _compare("affine, flip and light", folder, x, labels, whole)
        finally:
            torch.set_num_threads(threads)
            os.environ.pop("LESSON_CACHE")
            if before is not None:
                os.environ["LESSON_CACHE"] = before
    return rows


def _once(files: list[Path]) -> list[Row]:
    """Seconds and memory of decoding."""
    once, more = alone(_decode, files)
    size = len(files) * 3 * SIZE**2 / 1e6
    name = (
        f"decoding once, {len(files):,} photographs: {more:.0f} MB more memory, {size:.0f} MB cache"
    )
    return [Row(name, once)]


def _decode(files: list[Path]) -> float:
    return seconds(lambda: decode(files, SIZE))


def _compare(name: str, folder: Path, x, labels, changes) -> list[Row]:
    ours = Batches(x, labels, BATCH, shuffle=True, augment=changes, mean=0.5, std=0.25)
    theirs = _loader(folder, name)
    mine, other = medians(lambda: go_through(ours), lambda: go_through(theirs))
    return [
        Row(f"{name}: ours; theirs / ours", mine, other / mine),
        Row(f"{name}: ImageFolder, DataLoader", other),
    ]


def _loader(folder: Path, name: str) -> Iterable:
    from torchvision import transforms as t
    from torchvision.datasets import ImageFolder

    steps = [t.Resize(SIZE), t.CenterCrop(SIZE)]
    if name == "crop and flip":
        steps += [t.RandomCrop(SIZE, padding=8), t.RandomHorizontalFlip()]
    else:
        steps += [
            t.RandomAffine(20, (0.1, 0.1), (1.0, 1.3), interpolation=t.InterpolationMode.BILINEAR),
            t.RandomHorizontalFlip(),
            t.ColorJitter(0.2, 0.2),
        ]
    steps += [t.ToTensor(), t.Normalize([0.5] * 3, [0.25] * 3)]
    return torch.utils.data.DataLoader(
        ImageFolder(folder, t.Compose(steps)),
        BATCH,
        shuffle=True,
        num_workers=2,
        persistent_workers=True,
    )


if __name__ == "__main__":
    script(lambda: report(measure(), "bench_pictures"))
