"""Train the small encoder to name drawn things, and write helpers/weights/small_resnet.pth.

    python tools/pretrain.py            about six minutes on one core

The pictures are crops of 64 pixels from `helpers.standins.things`, with seeds that no lesson uses.
The encoder knows the things that lessons segment and classify later, as ImageNet's classes contain
cars, trees and dogs. It stands for ImageNet weights where there is no network, and is not
trained again when a lesson changes.
"""

import argparse
import time
from pathlib import Path

import numpy as np
import torch
from lessons import ROOT, script
from torch import Tensor

from helpers import augment, encoders, training
from helpers.batches import Batches
from helpers.standins import things
from helpers.standins.objects import PAINT, WOOD, Canvas, clutter, cover

SIDE, CHUNK, SEED = 64, 20, 770_000  # pixels; drawn at once; the first of this tool's seeds
TARGET = ROOT / "helpers" / "weights" / "small_resnet.pth"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--count", type=int, default=12_000, help="pictures to train on")
    parser.add_argument("--epochs", type=int, default=5)
    parser.add_argument("--to", type=Path, default=TARGET)
    chosen = parser.parse_args()
    start = time.perf_counter()
    train = batches(*draw(chosen.count, SEED), shuffle=True, augment=[augment.flip()])
    valid = batches(*draw(1200, SEED + 1))
    print(f"{chosen.count:,} pictures drawn in {time.perf_counter() - start:.0f} s")
    torch.manual_seed(SEED)
    model = encoders.small_resnet()
    optimizer = torch.optim.AdamW(model.parameters(), weight_decay=0.02, fused=True)
    schedule = training.one_cycle(optimizer, 0.005, chosen.epochs * len(train))
    training.fit(model, train, valid, optimizer, chosen.epochs, schedule=schedule)
    half = {k: v.half() if v.is_floating_point() else v for k, v in model.state_dict().items()}
    chosen.to.parent.mkdir(exist_ok=True)
    torch.save(half, chosen.to)
    print(f"{chosen.to.stat().st_size:,} bytes, {time.perf_counter() - start:.0f} s")
    return 0


def batches(x: Tensor, y: Tensor, **options) -> Batches:
    return Batches(x, y, 64, mean=torch.tensor(encoders.MEAN), std=torch.tensor(encoders.STD),
                   **options)  # fmt: skip


def draw(count: int, seed: int) -> tuple[Tensor, Tensor]:
    """Crops (count, 3, 64, 64) uint8 and what they show (count,), in random order."""
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % len(things.CLASSES))
    pictures = np.empty((count, 3, SIDE, SIDE), np.uint8)
    for label in range(len(things.CLASSES)):
        mine = np.flatnonzero(labels == label)
        for ids in np.split(mine, range(CHUNK, len(mine), CHUNK)):
            if len(ids):
                pictures[ids] = crops(label, len(ids), rng)
    return torch.from_numpy(pictures), torch.from_numpy(labels)


def crops(label: int, n: int, rng: np.random.Generator) -> np.ndarray:
    """One class: things at sizes from a third to a half more than the crop, on any surface."""
    c = Canvas(n, rng, (SIDE, SIDE))
    if rng.random() < 0.5:  # a patterned wall or street instead of plain ground
        c.surface(str(rng.choice(things.SURFACES)))
        c.paint(c.box(0, 0, 9, 9), c.colour(things.STONE + PAINT + WOOD))
    c.surface("plain")
    clutter(c)
    zoom = np.exp(rng.uniform(-0.9, 0.3, (n, 1, 1))).astype(np.float32)
    c.size, c.x, c.y = c.size * zoom, c.x / zoom, c.y / zoom
    if label < len(things.THINGS):
        c.surface(str(rng.choice(things.SURFACES)))
        things.THINGS[label](c)
    else:
        c.surface(things.SURFACES[label - len(things.THINGS)])
        things.full(c)
    c.surface("plain")
    cover(c)
    light = np.exp(rng.normal(0, 0.1, (n, 3, 1, 1)) * 0.5 + rng.normal(0, 0.15, (n, 1, 1, 1)))
    grain = rng.uniform(0, 0.06, (n, 1, 1, 1)) * rng.standard_normal(c.picture.shape)
    return np.rint(255 * np.clip(c.picture * light + grain, 0, 1)).astype(np.uint8)


if __name__ == "__main__":
    script(main)
