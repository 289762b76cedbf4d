"""What the benchmarks train: the networks of lessons 1, 2, 6, 7 and 8, on small sets of stand-ins.

A lesson here is a function that writes files into a folder, and one that makes a Task of them.
Stand-ins of photographs are enlarged to a photograph's size before they become files, since opening
large files is what costs there. Pictures are mirrored, in lessons 1, 6 and 8 also cut out of a
frame; (bytes / 255 - MEAN) / STD is what a network sees.
"""

import random
from collections.abc import Callable, Iterable
from functools import cache, partial
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

from helpers import augment, encoders, layers, training
from helpers.batches import Batches
from helpers.datasets.pictures import Pictures, decode
from helpers.standins import cars, cats_dogs, digits, objects

DEVICE = torch.device("cuda" if torch.cuda.is_available() else "cpu")
MEAN, STD = 0.5, 0.25
WORKERS = 2
CARVANA, PHOTOGRAPH = (1918, 1280), (500, 500)  # pixels, width and height
BATCHES, ROWS, COLUMNS, SYMBOLS, HIDDEN = 12, 8, 64, 55, 512  # of lesson 7
Pairs = Iterable[tuple[Tensor, Tensor]]
torch.set_float32_matmul_precision("high")  # as in the lessons


class Task(NamedTuple):
    """An epoch: the network and its loss, and the batches as each way has them."""

    network: Callable[[], nn.Module]
    loss: Callable[[Tensor, Tensor], Tensor]
    steps: int  # batches of an epoch
    ours: Callable[[], Callable[[], object]]  # prepares; what that returns trains an epoch
    bare: Callable[[], Callable[[], Pairs]]  # the same, and its batches are on the device already
    loader: Callable[[], DataLoader]  # as tutorials write it
    fastai: Callable[[], Any]  # its DataLoaders
    batches: Callable[[], Batches] | None = None  # ours, alone
    decode: Callable[[], Pictures] | None = None  # what ours does once, before all epochs


def write_digits(folder: Path) -> None:
    x, y = digits.draw(4096, seed=0)
    write_labelled(folder, x[:, None], y)


def write_objects(folder: Path) -> None:
    write_labelled(folder, *objects.draw(1024, seed=0))


def write_animals(folder: Path) -> None:
    x, y, _ = cats_dogs.draw(256, seed=0)
    write_labelled(folder, x, y, PHOTOGRAPH)


def write_labelled(folder: Path, x: np.ndarray, y: np.ndarray, size=None) -> None:
    """train/<label>/<number>.png, jpg where enlarged; the first eight again in valid."""
    for number, (picture, label) in enumerate(zip(x, y.tolist())):
        image = Image.fromarray(picture.transpose(1, 2, 0).squeeze())
        image = image.resize(size) if size else image
        for part in ("train", "valid") if number < 8 else ("train",):
            save(image, folder / part / str(label) / f"{number:05d}.{'jpg' if size else 'png'}")


def write_cars(folder: Path) -> None:
    """32 photographs in pictures/train, a mask for each in masks/train; two again in valid."""
    for number, (picture, mask) in enumerate(zip(*cars.draw(32 // cars.VIEWS, seed=1))):
        large = Image.fromarray(picture).resize(CARVANA)
        labels = Image.fromarray((mask > 127).astype(np.uint8)).resize(CARVANA, 0)
        for part in ("train", "valid") if number < 2 else ("train",):
            path = folder / "pictures" / part / f"{number:02d}.jpg"
            save(large, path)
            save(labels, mask_of(path))


def mask_of(path: Path) -> Path:
    return path.parents[2] / "masks" / path.parent.name / f"{path.stem}.png"


def save(image: Image.Image, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def lesson1(folder: Path) -> Task:
    """Lesson 1's ResNet of 41,132 numbers on 4,096 digits."""
    return labelled(folder, digit_network, size=128, side=28, margin=3, channels=1)


def lesson6(folder: Path) -> Task:
    """Lesson 6's residual network of 769,170 numbers on 1,024 pictures."""
    return labelled(folder, object_network, size=256, side=32, margin=4)


def lesson8(folder: Path) -> Task:
    """Lesson 8's small encoder, all of it trained, on 256 photographs."""
    network = partial(encoders.small_resnet, 2)
    return labelled(folder, network, size=64, side=128, margin=8, photographs=True)


def labelled(
    folder: Path,
    network: Callable[[], nn.Module],
    size: int,
    side: int,
    margin: int,
    channels: int = 3,
    photographs: bool = False,
) -> Task:
    """size: of a batch. Pictures are mirrored, and cut out of a frame `margin` pixels wider."""
    files = sorted((folder / "train").rglob("*.*"))
    answers = torch.tensor([int(path.parent.name) for path in files])
    pictures = partial(decode, files, side, channels=channels)
    moves = [augment.flip(), augment.crop(margin)]
    ours = served(pictures, lambda made: answers, size, moves)

    def loader() -> DataLoader:
        move = [transforms.RandomHorizontalFlip(), transforms.RandomCrop(side, padding=margin)]
        norm = [transforms.ToTensor(), transforms.Normalize([MEAN] * channels, [STD] * channels)]
        if photographs:
            how = transforms.Compose([transforms.Resize(side), *move, *norm])
            return loaded(ImageFolder(folder / "train", how), size)
        return loaded(InMemory(pictures().x, answers, transforms.Compose(move + norm)), size)

    def by_fastai() -> Any:
        import bench_peers

        return bench_peers.labelled(folder, channels, side, margin, size)

    return Task(
        network=seeded(network),
        loss=F.cross_entropy,
        steps=-(-len(files) // size),
        ours=lambda: partial(fit, seeded(network), ours(), F.cross_entropy),
        bare=lambda: partial(moved, *on_device(pictures().x, answers), size, margin),
        loader=loader,
        fastai=by_fastai,
        batches=ours,
        decode=pictures,
    )


def lesson2(folder: Path) -> Task:
    """Lesson 2's U-Net on 32 cars of 64 pixels."""
    side, size = 64, 8
    files = sorted((folder / "pictures" / "train").glob("*.jpg"))
    masks = [mask_of(path) for path in files]
    pictures = partial(decode, files, side, masks=masks, squash=True, classes=2)
    ours = served(pictures, lambda made: torch.from_numpy(made.y), size, [augment.flip()])
    network = seeded(lambda: layers.DynamicUnet(encoders.small_resnet()[:-3], 1))

    def bare() -> Callable[[], Pairs]:
        made = pictures()
        return partial(mirrored, *on_device(made.x, made.y), size)

    def by_fastai() -> Any:
        import bench_peers

        return bench_peers.masked(folder / "pictures", mask_of, side, size)

    return Task(
        network=network,
        loss=mask_loss,
        steps=-(-len(files) // size),
        ours=lambda: partial(fit, network, ours(), mask_loss),
        bare=bare,
        loader=lambda: loaded(Cars(files, side), size),
        fastai=by_fastai,
        batches=ours,
        decode=pictures,
    )


def lesson7(folder: Path) -> Task:
    """Lesson 7's two-layer LSTM of 3,270,461 numbers on 12 batches; loop and network its own."""
    names = cells_of_the_lesson()
    torch.manual_seed(0)
    text = torch.randint(SYMBOLS, (COLUMNS, BATCHES * ROWS + 1))  # a row is a stream
    starts = range(0, BATCHES * ROWS, ROWS)
    pieces = [(text.T[i : i + ROWS], text.T[i + 1 : i + ROWS + 1]) for i in starts]

    def network() -> nn.Module:
        return names["StreamNet"](nn.LSTM, HIDDEN, 2, 0.5, SYMBOLS)

    def ours() -> Callable[[], None]:
        there = [(x.to(DEVICE), y.to(DEVICE)) for x, y in pieces]

        def epoch() -> None:
            model = seeded(network)()
            names["one_pass"](model, there, *plan(model, len(there)))

        return epoch

    def bare() -> Callable[[], Pairs]:
        there = [(x.to(DEVICE), y.to(DEVICE)) for x, y in pieces]
        return lambda: there

    def by_fastai() -> Any:
        import bench_peers

        return bench_peers.text(text, ROWS)

    return Task(
        network=seeded(lambda: Stateful(network())),
        loss=lambda outputs, y: F.cross_entropy(outputs.flatten(0, 1), y.flatten()),
        steps=len(pieces),
        ours=ours,
        bare=bare,
        loader=lambda: DataLoader(pieces, batch_size=None),
        fastai=by_fastai,
    )


def served(pictures, answers, size: int, moves: list) -> Callable[[], Batches]:
    """Ours: `pictures()` decoded once, and answers(decoded), in shuffled, moved batches."""

    @cache
    def batches() -> Batches:
        made = pictures()
        how = {"shuffle": True, "augment": moves, "mean": MEAN, "std": STD, "device": DEVICE}
        return Batches(torch.from_numpy(made.x), answers(made), size, **how)

    return batches


def on_device(*arrays: np.ndarray | Tensor) -> list[Tensor]:
    return [torch.as_tensor(array).to(DEVICE) for array in arrays]


def moved(x: Tensor, y: Tensor, size: int, margin: int) -> Pairs:
    """Shuffled batches of bytes (N, C, H, W), each mirrored by coin and cut at its own place."""
    padded, side = F.pad(x, [margin] * 4).movedim(1, -1), x.shape[-1]
    window = torch.arange(side, device=x.device)
    for rows in torch.randperm(len(x), device=x.device).split(size):
        top, left = torch.randint(0, 2 * margin + 1, (2, len(rows), 1), device=x.device)
        places = (rows[:, None, None], (top + window)[:, :, None], (left + window)[:, None, :])
        some = padded[places].movedim(-1, 1).contiguous()  # as ours lie in memory
        yield normalised(torch.where(coins(some), some.flip(-1), some)), y[rows]


def mirrored(x: Tensor, y: Tensor, size: int) -> Pairs:
    """Shuffled batches of bytes (N, C, H, W), with their masks (N, H, W)."""
    for rows in torch.randperm(len(x), device=x.device).split(size):
        some, masks = x[rows], y[rows]
        coin = coins(some)
        some = torch.where(coin, some.flip(-1), some)
        yield normalised(some), torch.where(coin[:, 0], masks.flip(-1), masks)


def coins(x: Tensor) -> Tensor:
    return torch.rand(len(x), 1, 1, 1, device=x.device) < 0.5


def normalised(x: Tensor) -> Tensor:
    return (x / 255 - MEAN) / STD


def loaded(files: Dataset, size: int) -> DataLoader:
    return DataLoader(files, size, shuffle=True, num_workers=WORKERS)


class InMemory(Dataset):
    """Bytes (N, C, H, W) as torchvision's MNIST and CIFAR10 hold them: pictures one by one."""

    def __init__(self, x: np.ndarray, y: Tensor, transform: Callable):
        self.x, self.y, self.transform = x, y, transform

    def __len__(self) -> int:
        return len(self.x)

    def __getitem__(self, i: int) -> tuple[Tensor, Tensor]:
        picture = np.ascontiguousarray(self.x[i].transpose(1, 2, 0)).squeeze()
        return self.transform(Image.fromarray(picture)), self.y[i]


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
        return normalised(images[0].permute(2, 0, 1)), images[1]


class Stateful(nn.Module):
    """Keeps a network's state from batch to batch: (T, N) to (T, N, symbols)."""

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
    """The functions and the class of lesson 7's cells that an epoch needs."""
    names = {"torch": torch, "nn": nn, "F": F, "Tensor": Tensor}
    names |= {"hidden": HIDDEN, "embedding": 42, "symbols": SYMBOLS}
    sources = [cell.source for cell in read(find("07")[0]).cells if cell.cell_type == "code"]
    for wanted in ("def loss_of", "class StreamNet", "def cut", "def one_pass"):
        source = next(source for source in sources if wanted in source)
        exec(compile(source[source.index(wanted) :].split("\n\n\n")[0], wanted, "exec"), names)
    return names


def mask_loss(outputs: Tensor, y: Tensor) -> Tensor:
    """Logits (N, 1, H, W), masks (N, H, W)."""
    return F.binary_cross_entropy_with_logits(outputs[:, 0], y.float())


def seeded(network: Callable[[], nn.Module]) -> Callable[[], nn.Module]:
    def make() -> nn.Module:
        torch.manual_seed(0)
        return network().to(DEVICE)

    return make


def plan(model: nn.Module, steps: int):
    """Optimizer and schedule of every way but fastai's, which has its own."""
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    return optimizer, training.one_cycle(optimizer, 0.01, steps)


def fit(network: Callable[[], nn.Module], batches: Batches, loss: Callable) -> None:
    model = network()
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


def norm_first(a: int, b: int, stride: int) -> nn.Sequential:
    return nn.Sequential(convolution(a, b, stride), nn.BatchNorm2d(b), nn.ReLU())


def norm_last(a: int, b: int, stride: int) -> nn.Sequential:
    return nn.Sequential(convolution(a, b, stride), nn.ReLU(), nn.BatchNorm2d(b))


def convolution(a: int, b: int, stride: int) -> nn.Conv2d:
    return nn.Conv2d(a, b, 3, stride, padding=1, bias=False)


class Residual(nn.Module):
    """x + f(x); in lesson 1 f is two convolutions, in lesson 6 one."""

    def __init__(self, width: int, layer: Callable):
        super().__init__()
        twice = [layer(width, width, 1), layer(width, width, 1)[:2]]
        self.f = nn.Sequential(*(twice if layer is norm_first else [layer(width, width, 1)]))

    def forward(self, x: Tensor) -> Tensor:
        return x + self.f(x)


LESSONS = {
    "01": (write_digits, lesson1),
    "02": (write_cars, lesson2),
    "06": (write_objects, lesson6),
    "07": (lambda folder: None, lesson7),
    "08": (write_animals, lesson8),
}
