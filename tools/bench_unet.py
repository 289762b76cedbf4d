"""Lesson 2's training step on cars: from pictures decoded once, against decoding in every epoch.

    python tools/bench_unet.py

Ours: `pictures.decode` has put the pictures into the cache, augmentation moves whole batches.
Theirs: Pillow opens, shrinks and turns each picture and its mask whenever it is used, in this
process. The stand-ins are an eighth as wide as Carvana's photographs, 1918 pixels, so they are
enlarged to that first. The network is the same. Alternating, medians.
"""

import random
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from lessons import script
from PIL import Image
from timing import Row, medians, report
from torch import Tensor

from helpers import augment, encoders, layers, settings
from helpers.batches import Batches
from helpers.datasets.pictures import decode
from helpers.standins import cars

COUNT, BATCH, SIDE, FULL = 32, 8, 64, (1918, 1280)
MEAN, STD = torch.tensor(encoders.MEAN), torch.tensor(encoders.STD)
Files = list[tuple[Path, Path]]


def measure() -> list[Row]:
    """Seconds of an epoch each way; the ratio is theirs to ours."""
    run = settings.start("02_unet_segmentation", {})
    with tempfile.TemporaryDirectory() as folder:
        files = write(Path(folder))
        made = decode([f[0] for f in files], SIDE, masks=[f[1] for f in files], squash=True,
                      threshold=128)  # fmt: skip
        moves = [augment.flip(), augment.affine(rotate=4)]
        ours = Batches(
            made.x, made.y, BATCH, mean=MEAN, std=STD, shuffle=True, augment=moves, stream=False
        )
        cached, decoded = medians(
            lambda: epoch(run, ours), lambda: epoch(run, tutorial(files)), rounds=3
        )
    name = f"lesson 2, {COUNT} pictures through the U-Net's training step"
    return [
        Row(f"{name} ({COUNT / cached:.0f} a second)", cached),
        Row(f"  decoding them in every epoch ({COUNT / decoded:.0f} a second); theirs / ours",
            decoded, decoded / cached),
    ]  # fmt: skip


def write(folder: Path) -> Files:
    """Cars in photographs as large as Carvana's."""
    files = []
    for i, (picture, mask) in enumerate(zip(*cars.draw(COUNT // cars.VIEWS, seed=1))):
        pair = folder / f"{i:02d}.jpg", folder / f"{i:02d}_mask.gif"
        Image.fromarray(picture).resize(FULL).save(pair[0], quality=90)
        Image.fromarray(mask).resize(FULL, Image.Resampling.NEAREST).save(pair[1])
        files.append(pair)
    return files


def epoch(run: settings.Run, batches: Iterable[tuple[Tensor, Tensor]]) -> None:
    model = layers.DynamicUnet(encoders.encoder(run), 1)
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    for x, y in batches:
        F.binary_cross_entropy_with_logits(model(x)[:, 0], y.float()).backward()
        optimizer.step()
        optimizer.zero_grad()


def tutorial(files: Files) -> Iterator[tuple[Tensor, Tensor]]:
    """Batches as a data set's __getitem__ would make them, file by file."""
    for start in range(0, len(files), BATCH):
        rows = [read(*pair) for pair in files[start : start + BATCH]]
        x, y = (torch.stack(part) for part in zip(*rows))
        yield (x - MEAN[:, None, None]) / STD[:, None, None], y


def read(picture: Path, mask: Path) -> tuple[Tensor, Tensor]:
    angle, mirrored = random.uniform(-4, 4), random.random() < 0.5
    images = []
    for path, mode, how in ((picture, "RGB", Image.Resampling.BILINEAR), (mask, "L", 0)):
        image = Image.open(path).convert(mode).resize((SIDE, SIDE), how).rotate(angle, how)
        images.append(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirrored else image)
    x = torch.from_numpy(np.array(images[0])).permute(2, 0, 1) / 255
    return x, torch.from_numpy(np.array(images[1])) >= 128


if __name__ == "__main__":
    script(lambda: report(measure(), "bench_unet"))
