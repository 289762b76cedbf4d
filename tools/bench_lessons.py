"""What the benchmarks train: an epoch of lessons 1, 2, 6, 7 and 8, in all the ways it is written.

All on stand-ins. Those of photographs are enlarged to a photograph's size before they become files,
since opening large files is what costs there.
"""

import contextlib
import io
import random
import tempfile
import time
from collections.abc import Callable, Iterable
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from lessons import find, read
from PIL import Image
from torch import Tensor, nn
from torch.utils.data import DataLoader, Dataset
from torchvision import transforms
from torchvision.datasets import ImageFolder

from helpers import augment, checks, encoders, hooks, layers, settings, training
from helpers.batches import Batches, statistics
from helpers.datasets.pictures import decode
from helpers.standins import cars, cats_dogs, digits, objects

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
WORKERS = 2
CARVANA, PHOTOGRAPH = (1918, 1280), (500, 500)  # pixels, width and height
MEAN, STD = torch.tensor(encoders.MEAN), torch.tensor(encoders.STD)
Pairs = Iterable[tuple[Tensor, Tensor]]


class Task(NamedTuple):
    """An epoch: the network and its loss, and the batches as each way has them."""

    name: str
    network: Callable[[], nn.Module]
    loss: Callable[[Tensor, Tensor], Tensor]
    steps: int
    ours: Callable[[], object]  # trains an epoch
    bare: Callable[[], Pairs]  # tensors that are on the device already
    loader: Callable[[], DataLoader]  # as tutorials write it
    fastai: Callable[[Any], Any]  # from the module bench_peers, its DataLoaders
    batches: Batches | None = None  # ours, alone
    once: float = 0.0  # seconds that decoding took ours, once for all epochs


def lesson1() -> Task:
    """Lesson 1's ResNet of 41,132 numbers on 4,096 digits."""
    x, y = digits.draw(4096, seed=0)
    return labelled("lesson 1", x[:, None], y, digit_network, size=128, margin=3)


def lesson6() -> Task:
    """Lesson 6's residual network of 769,170 numbers on 1,024 pictures."""
    return labelled("lesson 6", *objects.draw(1024, seed=0), object_network, size=256, margin=4)


def lesson8() -> Task:
    """Lesson 8's small encoder, all of it trained, on 256 photographs of 128 pixels."""
    run, (x, y, _) = settings.start("08_class_activation_maps", {}), cats_dogs.draw(256, seed=0)

    def network() -> nn.Sequential:
        body = encoders.encoder(run)
        last = nn.Linear(layers.channels_of(body)[-1], 2)
        return nn.Sequential(body, nn.AdaptiveAvgPool2d(1), nn.Flatten(), last)

    return labelled("lesson 8", x, y, network, size=64, margin=8, shown=128)


def labelled(
    name: str, x: np.ndarray, y: np.ndarray, network, size: int, margin: int, shown: int = 0
) -> Task:
    """Bytes (N, C, H, W) and labels; each batch is mirrored and cut out at random.

    shown: 0, or the side to which photographs are decoded, which are written large.
    """
    folder, channels, side = Path(tempfile.mkdtemp()), x.shape[1], shown or x.shape[-1]
    files = [folder / "train" / str(label) / f"{i:05d}.png" for i, label in enumerate(y.tolist())]
    files = [path.with_suffix(".jpg") for path in files] if shown else files
    for path, picture in zip(files, x):
        write(path, picture, PHOTOGRAPH if shown else None)
        if path in files[:8]:  # next to nothing to evaluate
            write(folder / "valid" / path.parent.name / path.name, picture)
    once, made = timed(lambda: decode(files, side, channels=channels))
    pictures, answers = torch.from_numpy(made.x), torch.from_numpy(y).long()
    mean, std = statistics(pictures)
    moves = [augment.flip(), augment.crop(margin)]
    batches = Batches(
        pictures, answers, size, shuffle=True, augment=moves, mean=mean, std=std, device=DEVICE
    )

    def loader() -> DataLoader:
        how = [transforms.Grayscale()] * (channels == 1) + [transforms.Resize(side)] * bool(shown)
        how += [transforms.RandomHorizontalFlip(), transforms.RandomCrop(side, padding=margin)]
        how += [transforms.ToTensor(), transforms.Normalize(mean.tolist(), std.tolist())]
        files = ImageFolder(folder / "train", transforms.Compose(how))
        return DataLoader(files, size, shuffle=True, num_workers=WORKERS, persistent_workers=True)

    return Task(
        name,
        seeded(network),
        F.cross_entropy,
        len(batches),
        lambda: fit(seeded(network)(), batches, F.cross_entropy),
        lambda: moved(batches.x, batches.y, size, margin, mean.to(DEVICE), std.to(DEVICE)),
        loader,
        lambda peers: peers.labelled(folder, x.shape[1], side, margin, size, (mean, std)),
        batches,
        once,
    )


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    done = work()
    return time.perf_counter() - start, done


def write(path: Path, picture: np.ndarray, size: tuple[int, int] | None = None) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.fromarray(picture.transpose(1, 2, 0).squeeze())
    (image.resize(size) if size else image).save(path)


def moved(x: Tensor, y: Tensor, size: int, margin: int, mean: Tensor, std: Tensor) -> Pairs:
    """Shuffled batches, each picture mirrored by coin and cut from a frame at its own place."""
    padded, side = F.pad(x, [margin] * 4).movedim(1, -1), x.shape[-1]
    window = torch.arange(side, device=x.device)
    for rows in torch.randperm(len(x), device=x.device).split(size):
        top, left = torch.randint(0, 2 * margin + 1, (2, len(rows), 1), device=x.device)
        places = (rows[:, None, None], (top + window)[:, :, None], (left + window)[:, None, :])
        some = padded[places].movedim(-1, 1)
        some = torch.where(coins(some), some.flip(-1), some)
        some = (some / 255 - mean[:, None, None]) / std[:, None, None]
        yield some.contiguous(), y[rows]  # in memory as ours are, not channels_last


def coins(x: Tensor) -> Tensor:
    return torch.rand(len(x), *[1] * (x.ndim - 1), device=x.device) < 0.5


def lesson2() -> Task:
    """Lesson 2's U-Net on 32 cars of 64 pixels, in files as large as Carvana's."""
    folder, side, size = Path(tempfile.mkdtemp()), 64, 8
    for number, (picture, mask) in enumerate(zip(*cars.draw(32 // cars.VIEWS, seed=1))):
        for part in ("train", "valid") if number < 2 else ("train",):
            for kind, array, how in (("pictures", picture, 2), ("masks", mask > 127, 0)):
                path = folder / kind / part / f"{number:02d}.{'jpg' if how else 'png'}"
                path.parent.mkdir(parents=True, exist_ok=True)
                Image.fromarray(array.astype(np.uint8)).resize(CARVANA, how).save(path)
    files = sorted((folder / "pictures" / "train").glob("*.jpg"))
    masks = [mask_of(path) for path in files]
    once, made = timed(lambda: decode(files, side, masks=masks, squash=True, classes=2))
    how = {"shuffle": True, "augment": [augment.flip()], "mean": MEAN, "std": STD}
    batches = Batches(made.x, made.y, size, device=DEVICE, **how)
    run = settings.start("02_unet_segmentation", {})
    network = seeded(lambda: layers.DynamicUnet(encoders.encoder(run), 1))
    return Task(
        "lesson 2",
        network,
        mask_loss,
        len(batches),
        lambda: fit(network(), batches, mask_loss),
        lambda: mirrored(batches.x, batches.y, size),
        lambda: DataLoader(
            Cars(files, side), size, shuffle=True, num_workers=WORKERS, persistent_workers=True
        ),
        lambda peers: peers.masked(folder / "pictures", mask_of, side, size, (MEAN, STD)),
        batches,
        once,
    )


def mask_of(path: Path) -> Path:
    return path.parents[2] / "masks" / path.parent.name / f"{path.stem}.png"


def mask_loss(outputs: Tensor, y: Tensor) -> Tensor:
    return F.binary_cross_entropy_with_logits(outputs[:, 0], y.float())


def mirrored(x: Tensor, y: Tensor, size: int) -> Pairs:
    mean, std = MEAN.to(x.device)[:, None, None], STD.to(x.device)[:, None, None]
    for rows in torch.randperm(len(x), device=x.device).split(size):
        some, masks = x[rows], y[rows]
        coin = coins(some)
        some = torch.where(coin, some.flip(-1), some)
        yield (some / 255 - mean) / std, torch.where(coin[:, 0], masks.flip(-1), masks)


class Cars(Dataset):
    """Opens, shrinks and turns a picture and its mask whenever they are asked for."""

    def __init__(self, files: list[Path], side: int):
        self.files, self.side = files, side

    def __len__(self) -> int:
        return len(self.files)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        mirror, images = random.random() < 0.5, []
        for path, mode, how in ((self.files[i], "RGB", 2), (mask_of(self.files[i]), "L", 0)):
            image = Image.open(path).convert(mode).resize((self.side, self.side), how)
            image = image.transpose(Image.Transpose.FLIP_LEFT_RIGHT) if mirror else image
            images.append(torch.from_numpy(np.array(image)))
        x = images[0].permute(2, 0, 1) / 255
        return (x - MEAN[:, None, None]) / STD[:, None, None], images[1]


TEXT = {"batches": 12, "rows": 8, "columns": 64, "symbols": 55, "hidden": 512}
CELLS = ("def loss_of", "class StreamNet", "def cut", "def one_pass")


def lesson7() -> Task:
    """Lesson 7's two-layer LSTM of 3,270,461 numbers on 12 batches; loop and network its own."""
    names, rows = cells_of_the_lesson(), TEXT["rows"]
    torch.manual_seed(0)
    text = torch.randint(TEXT["symbols"], (TEXT["columns"], TEXT["batches"] * rows + 1))
    stream = text.T.contiguous().to(DEVICE)
    starts = range(0, TEXT["batches"] * rows, rows)
    pieces = [(stream[i : i + rows], stream[i + 1 : i + rows + 1]) for i in starts]

    def network() -> nn.Module:
        return names["StreamNet"](nn.LSTM, TEXT["hidden"], 2, 0.5, TEXT["symbols"])

    def ours() -> None:
        model = seeded(network)()
        optimizer, schedule = plan(model, len(pieces))
        names["one_pass"](model, pieces, optimizer, schedule)

    return Task(
        "lesson 7",
        seeded(lambda: Stateful(network())),
        lambda outputs, y: F.cross_entropy(outputs.flatten(0, 1), y.flatten()),
        len(pieces),
        ours,
        lambda: pieces,
        lambda: DataLoader([(x.cpu(), y.cpu()) for x, y in pieces], batch_size=None),
        lambda peers: peers.text(text, TEXT["columns"], rows),
    )


class Stateful(nn.Module):
    """A network that keeps its state from batch to batch, for loops that don't know of states."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model, self.state = model, None

    def forward(self, x: Tensor) -> Tensor:
        outputs, state = self.model(x, self.state)
        self.state = tuple(part.detach() for part in state)
        return outputs

    def reset(self) -> None:
        self.state = None


def cells_of_the_lesson() -> dict:
    """What the lesson's cells that define these names leave behind."""
    names = {"torch": torch, "nn": nn, "F": F, "Tensor": Tensor, "checks": checks, "hooks": hooks}
    names |= {"hidden": TEXT["hidden"], "embedding": 42, "symbols": TEXT["symbols"]}
    sources = [cell.source for cell in read(find("07")[0]).cells if cell.cell_type == "code"]
    with contextlib.redirect_stdout(io.StringIO()):  # the facts beside the definitions
        for wanted in CELLS:
            source = next(source for source in sources if wanted in source)
            exec(compile(source[source.index(wanted) :].split("\n\n\n")[0], wanted, "exec"), names)
    return names


def seeded(network: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        torch.manual_seed(0)
        return network().to(DEVICE)

    return make


def plan(model: nn.Module, steps: int):
    """Optimizer and schedule of every way but fastai's, which has its own."""
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    return optimizer, training.one_cycle(optimizer, 0.01, steps)


def fit(model: nn.Module, batches: Batches, loss: Callable) -> None:
    optimizer, schedule = plan(model, len(batches))
    few = Batches(batches.x[:8], batches.y[:8], 8, device=DEVICE)  # next to nothing to evaluate
    how = {"loss": loss, "scores": {"loss": loss}, "schedule": schedule, "quiet": True}
    training.fit(model, batches, few, optimizer, 1, **how)


def digit_network() -> nn.Sequential:
    """Lesson 1's ResNet."""
    widths = [(1, 8), (8, 16), (16, 32), (32, 16)]
    stages = [part for a, b in widths for part in (norm_first(a, b, 2), Residual(b, norm_first))]
    return nn.Sequential(*stages, norm_first(16, 10, 2)[:2], nn.Flatten())


def object_network() -> nn.Sequential:
    """Lesson 6's rung 7."""
    parts: list[nn.Module] = [nn.Conv2d(3, 10, 5, padding=2)]
    for a, b in pairwise([10, 20, 40, 80, 160]):
        parts += [norm_last(a, b, 2), Residual(b, norm_last), Residual(b, norm_last)]
    return nn.Sequential(*parts, nn.AdaptiveMaxPool2d(1), nn.Flatten(), nn.Linear(160, 10))


def convolution(a: int, b: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(a, b, 3, stride, padding=1, bias=False)


def norm_first(a: int, b: int, stride: int) -> nn.Sequential:
    return nn.Sequential(convolution(a, b, stride), nn.BatchNorm2d(b), nn.ReLU())


def norm_last(a: int, b: int, stride: int) -> nn.Sequential:
    return nn.Sequential(convolution(a, b, stride), nn.ReLU(), nn.BatchNorm2d(b))


class Residual(nn.Module):
    """x + f(x); in lesson 1 f is two convolutions, in lesson 6 one."""

    def __init__(self, width: int, layer: Callable):
        super().__init__()
        twice = [layer(width, width, 1), layer(width, width, 1)[:2]]
        self.f = nn.Sequential(*(twice if layer is norm_first else [layer(width, width, 1)]))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(x)


TASKS = {"01": lesson1, "02": lesson2, "06": lesson6, "07": lesson7, "08": lesson8}
