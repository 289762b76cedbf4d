"""An epoch of lesson 6's rung 7, the residual network of 769,170 numbers, on stand-in pictures.

    python tools/bench_cifar.py

Ours: `training.fit` over `Batches` with flip and padded crop. Bare: the five lines of a training
loop over tensors in memory, moved by the batch. Theirs: `DataLoader` with torchvision's transforms,
in this process, as tutorials write it. Alternating, medians.
"""

from collections.abc import Iterable
from itertools import pairwise

import torch
import torch.nn.functional as F
from lessons import script
from timing import Row, medians, report
from torch import Tensor, nn
from torchvision import transforms

from helpers import augment, training
from helpers.batches import Batches, statistics
from helpers.standins import objects

COUNT, BATCH = 1024, 256
MOVES = [augment.flip(), augment.crop(4, "reflect")]


def measure() -> list[Row]:
    """Seconds of an epoch each way; ratios are ours to theirs."""
    pictures, labels = objects.draw(COUNT, seed=0)
    x, y = torch.from_numpy(pictures), torch.from_numpy(labels).long()
    mean, std = statistics(x)
    ours = Batches(x, y, BATCH, mean=mean, std=std, shuffle=True, augment=MOVES)
    loader = tutorial(x, y, mean, std)
    fit, bare, theirs = medians(
        lambda: fit_epoch(ours), lambda: loop(moved(x, y, mean, std)), lambda: loop(loader)
    )
    return [
        Row("lesson 6, an epoch of rung 7 through training.fit", fit),
        Row("  bare loop over tensors; ours / bare, aim 1.03", bare, fit / bare),
        Row(
            "  DataLoader and torchvision's transforms; ours / theirs, aim .6", theirs, fit / theirs
        ),
    ]


class Residual(nn.Module):
    def __init__(self, width: int):
        super().__init__()
        self.f = conv_layer(width, width, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(x)


def conv_layer(a: int, b: int, stride: int) -> nn.Sequential:
    conv = nn.Conv2d(a, b, 3, stride, padding=1, bias=False)
    return nn.Sequential(conv, nn.ReLU(), nn.BatchNorm2d(b))


def prepared():
    """Rung 7 and its optimizer."""
    torch.manual_seed(0)
    layers: list[nn.Module] = [nn.Conv2d(3, 10, 5, padding=2)]
    for a, b in pairwise([10, 20, 40, 80, 160]):
        layers += [conv_layer(a, b, 2), Residual(b), Residual(b)]
    model = nn.Sequential(*layers, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(160, 10))
    return model, torch.optim.SGD(model.parameters(), 0.01, momentum=0.9, fused=True)


def fit_epoch(ours: Batches) -> None:
    model, optimizer = prepared()
    few = Batches(ours.x[:1], ours.y[:1], 1)  # next to nothing to evaluate
    training.fit(model, ours, few, optimizer, 1, quiet=True)


def loop(batches: Iterable[tuple[Tensor, Tensor]]) -> None:
    model, optimizer = prepared()
    for x, y in batches:
        loss = F.cross_entropy(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


def moved(x: Tensor, y: Tensor, mean: Tensor, std: Tensor) -> Iterable[tuple[Tensor, Tensor]]:
    """Shuffled batches, each picture mirrored by coin and cut from a frame at its own place."""
    mean, std, window = mean[:, None, None], std[:, None, None], torch.arange(32)
    padded = F.pad(x.float(), [4] * 4, "reflect").byte()
    for rows in torch.randperm(len(x)).split(BATCH):
        top, left = torch.randint(0, 9, (2, len(rows), 1))
        places = (rows[:, None, None], (top + window)[:, :, None], (left + window)[:, None, :])
        some = padded.movedim(1, -1)[places].movedim(-1, 1)
        some = torch.where(torch.rand(len(rows), 1, 1, 1) < 0.5, some.flip(-1), some)
        yield ((some / 255 - mean) / std).contiguous(), y[rows]  # not channels_last, as ours


def tutorial(x: Tensor, y: Tensor, mean: Tensor, std: Tensor) -> torch.utils.data.DataLoader:
    steps = transforms.Compose(
        [
            transforms.RandomHorizontalFlip(),
            transforms.RandomCrop(32, padding=4, padding_mode="reflect"),
            transforms.ToTensor(),
            transforms.Normalize(mean.tolist(), std.tolist()),
        ]
    )
    picture = transforms.ToPILImage()

    class Pictures(torch.utils.data.Dataset):
        def __len__(self) -> int:
            return len(x)

        def __getitem__(self, i: int) -> tuple[Tensor, int]:
            return steps(picture(x[i])), int(y[i])

    return torch.utils.data.DataLoader(Pictures(), BATCH, shuffle=True)


if __name__ == "__main__":
    script(lambda: report(measure(), "bench_cifar"))
