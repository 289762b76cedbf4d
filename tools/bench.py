"""Time the helpers against what people would use instead: one table, also as build/bench.json.

Ratios travel from machine to machine, seconds do not. Lessons 1, 2 and 6 run on stand-ins, the
photographs need `make data NB=08` (or LESSON_DATA).
"""

import tempfile
from pathlib import Path

import bench_cifar
import bench_pictures
import bench_text
import bench_unet
import torch
import torch.nn.functional as F
from lessons import script
from timing import Row, go_through, medians, report
from torch import Tensor, nn
from torchvision import transforms
from torchvision.datasets import MNIST

from helpers import augment, datasets, settings, training
from helpers.batches import Batches, statistics
from helpers.datasets import idx

BATCH = 128


def main() -> None:
    rows = lesson1() + bench_cifar.measure() + bench_text.measure() + bench_unet.measure()
    try:
        rows += bench_pictures.measure()
    except FileNotFoundError as error:
        print(f"left out: {error}\n")
    report(rows, "bench")


def lesson1() -> list[Row]:
    """An epoch of lesson 1's ResNet on 5,000 digits: ours, bare, torchvision's DataLoader."""
    run = settings.start("01_mnist_resnet", {})
    data = datasets.mnist(run)
    mean, std = statistics(data.train.x)
    with tempfile.TemporaryDirectory() as folder:
        plain, moved = (tutorial(data.train, folder, mean, std, workers) for workers in (0, 2))
        ours = batches(data.train, mean, std)
        fit, bare, theirs = medians(
            lambda: fit_epoch(ours), lambda: bare_epoch(data.train, mean, std), lambda: epoch(plain)
        )
        alone, loader = medians(lambda: go_through(ours), lambda: go_through(moved))
    return [
        Row("lesson 1, an epoch through training.fit", fit),
        Row("  bare loop over tensors; ours / bare, aim 1.03", bare, fit / bare),
        Row("  torchvision MNIST and DataLoader; ours / theirs, aim .5", theirs, fit / theirs),
        Row("lesson 1, its batches alone", alone),
        Row("  DataLoader with two workers; theirs / ours, aim 20", loader, loader / alone),
    ]


def batches(part: datasets.Part, mean: Tensor, std: Tensor) -> Batches:
    return Batches(*part, BATCH, shuffle=True, augment=[augment.crop(3)], mean=mean, std=std)


def network() -> nn.Sequential:
    """Lesson 1's ResNet: 41,132 parameters."""

    def conv(inputs: int, outputs: int, stride: int, relu: bool = True) -> nn.Sequential:
        layers = [nn.Conv2d(inputs, outputs, 3, stride, 1, bias=False), nn.BatchNorm2d(outputs)]
        return nn.Sequential(*layers, *[nn.ReLU()] * relu)

    class Residual(nn.Module):
        def __init__(self, width: int):
            super().__init__()
            self.f = nn.Sequential(conv(width, width, 1), conv(width, width, 1, relu=False))

        def forward(self, x: Tensor) -> Tensor:
            return x + self.f(x)

    widths = [(1, 8), (8, 16), (16, 32), (32, 16)]
    stages = [layer for a, b in widths for layer in (conv(a, b, 2), Residual(b))]
    return nn.Sequential(*stages, conv(16, 10, 2, relu=False), nn.Flatten())


def prepared(steps: int):
    torch.manual_seed(0)
    model = network()
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    return model, optimizer, training.one_cycle(optimizer, 0.01, steps)


def fit_epoch(ours: Batches) -> None:
    model, optimizer, schedule = prepared(len(ours))
    few = Batches(ours.x[:BATCH], ours.y[:BATCH], BATCH)  # next to nothing to evaluate
    training.fit(model, ours, few, optimizer, 1, schedule=schedule, quiet=True)


def bare_epoch(part: datasets.Part, mean: Tensor, std: Tensor) -> None:
    """The limit: nothing but tensors and the five lines."""
    model, optimizer, schedule = prepared(-(-len(part.x) // BATCH))
    padded, window = F.pad(part.x, [3] * 4).squeeze(1), torch.arange(28)
    for rows in torch.randperm(len(part.x)).split(BATCH):
        top, left = torch.randint(0, 7, (2, len(rows), 1))
        x = padded[rows[:, None, None], (top + window)[:, :, None], (left + window)[:, None, :]]
        x = ((x / 255 - mean) / std)[:, None]
        loss = F.cross_entropy(model(x), part.y[rows])
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()


def tutorial(part: datasets.Part, folder: str, mean: Tensor, std: Tensor, workers: int):
    """torchvision's MNIST behind a DataLoader, as tutorials write it."""
    raw = Path(folder) / "MNIST" / "raw"
    raw.mkdir(parents=True, exist_ok=True)
    for prefix in ("train", "t10k"):
        idx.write(raw / f"{prefix}-images-idx3-ubyte", part.x.squeeze(1).numpy())
        idx.write(raw / f"{prefix}-labels-idx1-ubyte", part.y.numpy())
    steps = [transforms.RandomCrop(28, padding=3), transforms.ToTensor()]
    steps += [transforms.Normalize(mean.tolist(), std.tolist())]
    return torch.utils.data.DataLoader(
        MNIST(folder, transform=transforms.Compose(steps)),
        BATCH,
        shuffle=True,
        num_workers=workers,
        persistent_workers=workers > 0,
    )


def epoch(loader) -> None:
    model, optimizer, schedule = prepared(len(loader))
    training.train_epoch(model, loader, optimizer, schedule=schedule)


if __name__ == "__main__":
    script(main)
