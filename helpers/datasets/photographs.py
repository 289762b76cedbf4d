"""Pictures to restore or imitate: photographs, super-resolution's test sets, paintings, rooms."""

from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from helpers.datasets import pictures
from helpers.datasets.base import DataSet, Part, describe, find, folder, hold_out, shuffled
from helpers.settings import Run

PHOTOS = ["photos", "imagenette320", "imagenette160", "pets/images"]  # the first that is there
LSUN_SAMPLE = 300_000  # bedrooms that the lecture trained on, about


def photos(run: Run, size: int | None = None) -> DataSet:
    """Photographs, their middle squares (stand-in: 1,000 and 1,000 pictures drawn by code).

    size: pixels a side, default 192, in quick runs 96. Shapes (N, 3, size, size); the answers (N,)
    are which kind a picture is. Real: the first of the folders PHOTOS below `run.data`; any
    pictures do. Those below `train` and `val` are taken apart as they are, with a folder a kind;
    else a tenth is held out. The order is random, the same in every run. FileNotFoundError says how
    to get them, ValueError names a file that is damaged. Howard 2019 (Imagenette), Parkhi et al.
    2012 (pets); the stand-in is described in `helpers.standins.photos`.
    """
    size, stands_in = size or run.pick(quick=96, full=192), run.source == "stand-in"
    there = [run.data / name for name in PHOTOS if (run.data / name).is_dir()]
    if stands_in:
        where = folder(run, "photos", _draw_photos)
    else:
        where = there[0] if there else find(run, run.data / PHOTOS[0])
    split = (where / "train").is_dir() and (where / "val").is_dir()
    kinds = sorted(p.name for p in (where / "train").iterdir() if p.is_dir()) if split else []
    parts = []
    for name in ("train", "val") if split else (".",):
        files = pictures.find_pictures(where / name)
        files = [files[i] for i in shuffled(len(files)).tolist()]
        named = [path.relative_to(where / name).parts[0] for path in files]
        labels = torch.tensor([kinds.index(kind) if kind in kinds else 0 for kind in named])
        parts.append(Part(torch.from_numpy(pictures.decode(files, size).x), labels))
    train, valid = parts if split else hold_out(parts[0], max(1, len(parts[0].x) // 10))
    name = "photos" if stands_in else where.relative_to(run.data).parts[0]
    source = describe(name, [train, valid], stands_in)
    return DataSet(train, valid, None, kinds or [name], f"{source}, {size} pixels")


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
    files = pictures.find_pictures(find(run, where))
    squares = torch.from_numpy(pictures.decode(files, size).x)
    return {path.stem: square for path, square in zip(files, squares.split(1))}


def bedrooms(run: Run) -> DataSet:
    """Bedrooms, RGB, 64 pixels a side (quick: 32): LSUN's, some 300,000 (stand-in: 3,000).

    Any folders of pictures below bedrooms/ will do: the 20 % sample's JPEGs, or the files that
    LSUN's own script exports. A third, at most 10,000, is held out to compare with, the same in
    every run; the answers `y` are all 0. Shapes (N, 3, S, S) and (N,). ValueError names a file that
    is damaged. Yu et al. 2015, arXiv 1506.03365; the stand-in: `helpers.standins.bedrooms`.
    """
    where, side = folder(run, "bedrooms", _draw_bedrooms), run.pick(quick=32, full=64)
    files = pictures.find_pictures(find(run, where))
    order = np.random.default_rng(0).permutation(len(files))
    held = min(len(files) // 3, 10_000)
    parts = []
    for rows in (np.sort(order[held:]), np.sort(order[:held])):
        x = torch.from_numpy(pictures.decode([files[row] for row in rows], side).x)
        parts.append(Part(x, torch.zeros(len(x), dtype=torch.int64)))
    real = "real" if len(files) >= LSUN_SAMPLE else "a SMALL part of what the lecture had"
    source = describe("bedrooms", parts, run.source == "stand-in", real)
    return DataSet(*parts, None, ["bedroom"], f"{source}, {side} pixels")


def _draw_photos(where: Path) -> None:
    from helpers.standins import photos

    for seed, part in enumerate(("train", "val")):
        photos.write(where / part, 1000, seed)


def _draw_styles(where: Path) -> None:
    from helpers.standins import styles

    styles.write(where, seed=0)


def _draw_bedrooms(where: Path) -> None:
    from helpers.standins import bedrooms

    for number, picture in enumerate(bedrooms.draw(3000, seed=0)):
        name = f"{number:05d}.jpg"
        Image.fromarray(picture.transpose(1, 2, 0)).save(where / name, quality=95)
