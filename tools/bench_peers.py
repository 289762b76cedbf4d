"""Lessons 1 and 6 against fastai and Lightning: seconds of an epoch, and of its batches alone.

    pip install -e ".[bench]"      # in an environment of its own: fastai brings its own torch
    python tools/bench_peers.py    # the table, also as build/bench_peers.json

Same network, pictures, batch size, optimizer and number of threads; each as its users write it:
fastai from folders of PNG files, Lightning over torchvision's pictures in a DataLoader.
Alternating, medians; ratios are ours to theirs.
"""

import logging
import tempfile
import warnings
from pathlib import Path

import bench
import bench_cifar
import lightning
import torch
import torch.nn.functional as F
from fastai.vision import all as fastai
from lessons import script
from PIL import Image
from timing import Row, go_through, medians, report
from torch import Tensor, nn
from torch.utils.data import DataLoader
from torchvision import transforms
from torchvision.datasets import ImageFolder

from helpers import augment, training
from helpers.batches import Batches, statistics
from helpers.standins import digits, objects

COUNT = 4096  # pictures an epoch
WORKERS = 2


def main() -> None:
    warnings.simplefilter("ignore")
    logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
    grey, labels = digits.draw(COUNT, seed=0)
    one = (grey[:, None], labels, bench.network, 3, 128)
    six = (*objects.draw(COUNT, seed=0), lambda: bench_cifar.prepared()[0], 4, 256)
    rows = measure("lesson 1", *one) + measure("lesson 6", *six)
    report(rows, "bench_peers", ("torch", "fastai", "lightning"))


def measure(name: str, pictures, labels, network, margin: int, size: int) -> list[Row]:
    """pictures: bytes (N, C, H, W); margin: of the padded crop."""
    x, y = torch.from_numpy(pictures), torch.from_numpy(labels).long()
    mean, std = statistics(x)
    move = [augment.crop(margin)]
    ours = Batches(x, y, size, shuffle=True, augment=move, mean=mean, std=std)
    with tempfile.TemporaryDirectory() as folder:
        save(Path(folder), x, y)
        loaders = fastai_loaders(Path(folder), x.shape[1], x.shape[-1], margin, size, mean, std)
        loader = tutorial(Path(folder), x.shape[1], x.shape[-1], margin, size, mean, std)
        fit, by_fastai, by_lightning = medians(
            lambda: our_epoch(network, ours),
            lambda: fastai_epoch(network, loaders),
            lambda: lightning_epoch(network, loader),
            rounds=3,
        )
        alone, theirs = medians(lambda: go_through(ours), lambda: go_through(loaders.train))
    return [
        Row(f"{name}, an epoch of {COUNT:,} pictures: ours", fit),
        Row("  fastai; ours / fastai", by_fastai, fit / by_fastai),
        Row("  Lightning; ours / Lightning", by_lightning, fit / by_lightning),
        Row(f"{name}, the batches alone: ours", alone),
        Row("  fastai; ours / fastai", theirs, alone / theirs),
    ]


def our_epoch(network, ours: Batches) -> None:
    torch.manual_seed(0)
    model, few = network(), Batches(ours.x[:8], ours.y[:8], 8)  # next to nothing to evaluate
    optimizer = torch.optim.AdamW(model.parameters(), fused=True)
    schedule = training.one_cycle(optimizer, 0.01, len(ours))
    training.fit(model, ours, few, optimizer, 1, schedule=schedule, quiet=True)


def save(folder: Path, x: Tensor, y: Tensor) -> None:
    """train/<label>/<number>.png, and the first eight again in valid."""
    for number, (picture, label) in enumerate(zip(x.numpy(), y.tolist())):
        for part in ("train", "valid") if number < 8 else ("train",):
            place = folder / part / str(label)
            place.mkdir(parents=True, exist_ok=True)
            image = Image.fromarray(picture.transpose(1, 2, 0).squeeze())
            image.save(place / f"{number}.png")


def fastai_loaders(folder: Path, channels: int, side: int, margin: int, size: int, mean, std):
    kind = fastai.PILImageBW if channels == 1 else fastai.PILImage
    block = fastai.DataBlock(
        blocks=(fastai.ImageBlock(kind), fastai.CategoryBlock(vocab=[str(i) for i in range(10)])),
        get_items=fastai.get_image_files,
        splitter=fastai.GrandparentSplitter(),
        get_y=fastai.parent_label,
        item_tfms=[fastai.CropPad(side + 2 * margin), fastai.RandomCrop(side)],
        batch_tfms=[fastai.Normalize.from_stats(mean.tolist(), std.tolist())],
    )
    return block.dataloaders(folder, bs=size, num_workers=WORKERS, drop_last=False)


def fastai_epoch(network, loaders) -> None:
    torch.manual_seed(0)
    learner = fastai.Learner(loaders, network(), loss_func=fastai.CrossEntropyLossFlat())
    with learner.no_bar(), learner.no_logging():
        learner.fit_one_cycle(1, 0.01)


def tutorial(folder: Path, channels: int, side: int, margin: int, size: int, mean, std):
    steps = [transforms.RandomCrop(side, padding=margin), transforms.ToTensor()]
    steps += [transforms.Normalize(mean.tolist(), std.tolist())]
    steps = [transforms.Grayscale(), *steps] if channels == 1 else steps
    files = ImageFolder(folder / "train", transforms.Compose(steps))
    return DataLoader(files, size, shuffle=True, num_workers=WORKERS, persistent_workers=True)


class Module(lightning.LightningModule):
    def __init__(self, model: nn.Module, steps: int):
        super().__init__()
        self.model, self.steps = model, steps

    def training_step(self, batch, _) -> Tensor:
        x, y = batch
        return F.cross_entropy(self.model(x), y)

    def configure_optimizers(self):
        optimizer = torch.optim.AdamW(self.parameters(), fused=True)
        schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, 0.01, total_steps=self.steps)
        return [optimizer], [{"scheduler": schedule, "interval": "step"}]


def lightning_epoch(network, loader) -> None:
    torch.manual_seed(0)
    quiet = dict.fromkeys(["logger", "enable_checkpointing", "enable_progress_bar"], False)
    trainer = lightning.Trainer(
        max_epochs=1, accelerator="cpu", enable_model_summary=False, **quiet
    )
    trainer.fit(Module(network(), len(loader)), loader)


if __name__ == "__main__":
    script(main)
