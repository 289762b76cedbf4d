"""How seconds and memory grow with the work: more data, larger batches, larger pictures.

    python tools/bench_growth.py

Lesson 1's ResNet and lesson 2's U-Net on random pictures; each line in a process of its own, whose
peak of memory is its own: by how much it grew, in MB. Seconds are the best of three; `ratio` is
that over the first line's, divided by how much more work there is: 1 is linear, less is better.
What is streamed is read from a file; of the memory it counts, the file's pages can be taken back by
the system at any time.
"""

import tempfile
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as F
from bench_lessons import DEVICE, digit_network
from lessons import script
from timing import Row, alone, in_turn, report

from helpers import encoders, layers, training
from helpers.batches import Batches

DIGITS, BATCH = 1000, 128
PHOTOGRAPHS = 4000  # 49 MB: more than a processor's own memory holds


def measure() -> list[Row]:
    times = (1, 2, 4, 8)
    kinds = {
        "lesson 1, an epoch": [(n, f"{n * DIGITS:,} digits", partial(digits, n)) for n in times],
        "lesson 1, 4,000 digits": [
            (1, f"batches of {32 * n}", partial(batch_size, n)) for n in times
        ],
        "streamed": [
            (n, f"{n * PHOTOGRAPHS:,} pictures of 64 pixels", partial(stream, n)) for n in times
        ],
        "U-Net, a training step": [
            ((side / 64) ** 2, f"4 pictures of {side} pixels", partial(unet, side))
            for side in (64, 128, 256, 512)
        ],
    }
    rows = []
    for name, lines in kinds.items():
        first = None
        for work, what, job in lines:
            seconds, megabytes = alone(timed, job)
            first = first or seconds
            rows.append(Row(f"{name}, {what}", seconds, seconds / first / work, None, megabytes))
    return rows


def timed(job: Callable[[], Callable[[], object]]) -> float:
    return min(in_turn(job(), rounds=3)[0])


def digits(times: int, size: int = BATCH) -> Callable[[], None]:
    x = torch.randint(256, (times * DIGITS, 1, 28, 28), dtype=torch.uint8)
    how = {"mean": 0.5, "std": 0.25, "device": DEVICE}
    ours = Batches(x, torch.randint(10, (len(x),)), size, shuffle=True, **how)
    few = Batches(x[:8], torch.randint(10, (8,)), 8, **how)

    def epoch() -> None:
        model = digit_network().to(DEVICE)
        optimizer = torch.optim.AdamW(model.parameters(), fused=True)
        training.fit(model, ours, few, optimizer, 1, quiet=True)

    return epoch


def batch_size(times: int) -> Callable[[], None]:
    return digits(4, 32 * times)


def stream(times: int) -> Callable[[], None]:
    path, shape = Path(tempfile.mkdtemp()) / "pictures.npy", (times * PHOTOGRAPHS, 3, 64, 64)
    pictures = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    for some in np.array_split(pictures, 4 * times):
        some[:] = 128
    pictures.flush()
    x = torch.from_numpy(np.load(path, mmap_mode="c"))
    how = {"mean": 0.5, "std": 0.25, "device": DEVICE, "stream": True}
    ours = Batches(x, torch.zeros(len(x)), BATCH, shuffle=True, **how)
    return lambda: [None for _ in ours]


def unet(side: int) -> Callable[[], None]:
    model = layers.DynamicUnet(encoders.small_resnet()[:-3], 1).to(DEVICE)
    x = torch.randn(4, 3, side, side, device=DEVICE)
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)

    def step() -> None:
        F.softplus(model(x)).mean().backward()
        optimizer.step()
        optimizer.zero_grad()

    return step


if __name__ == "__main__":
    script(lambda: report(measure(), "bench_growth"))
