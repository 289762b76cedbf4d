"""fastai and Lightning on the tasks of the benchmark, each as its users write it."""

import logging
import warnings
from collections.abc import Callable
from pathlib import Path

import lightning
import torch
from bench_lessons import DEVICE, MEAN, STD, WORKERS, Task, plan
from fastai.text import all as fastai_text
from fastai.vision import all as fastai
from torch import Tensor, nn

warnings.simplefilter("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)
fastai.default_device(DEVICE.type == "cuda")


def labelled(folder: Path, channels: int, side: int, margin: int, size: int) -> fastai.DataLoaders:
    kind = fastai.PILImageBW if channels == 1 else fastai.PILImage
    move = [fastai.CropPad(side + 2 * margin, order=1), fastai.RandomCrop(side)]  # after Resize
    block = fastai.DataBlock(
        blocks=(fastai.ImageBlock(kind), fastai.CategoryBlock),
        get_items=fastai.get_image_files,
        splitter=fastai.GrandparentSplitter(),
        get_y=fastai.parent_label,
        item_tfms=[fastai.Resize(side), *move],
        batch_tfms=[fastai.Flip(), normalize(channels)],
    )
    return block.dataloaders(folder, bs=size, num_workers=WORKERS, drop_last=False)


def masked(
    folder: Path, mask_of: Callable[[Path], Path], side: int, size: int
) -> fastai.DataLoaders:
    block = fastai.DataBlock(
        blocks=(fastai.ImageBlock, fastai.MaskBlock(["elsewhere", "car"])),
        get_items=fastai.get_image_files,
        splitter=fastai.FuncSplitter(lambda path: path.parent.name == "valid"),
        get_y=mask_of,
        item_tfms=[fastai.Resize(side, method="squish")],
        batch_tfms=[fastai.Flip(), normalize(3)],
    )
    return block.dataloaders(folder, bs=size, num_workers=WORKERS, drop_last=False)


def normalize(channels: int) -> fastai.Normalize:
    return fastai.Normalize.from_stats([MEAN] * channels, [STD] * channels)


def text(streams: Tensor, rows: int) -> fastai.DataLoaders:
    """streams: (columns, T + 1); fastai cuts one text into as many streams of length T."""
    size = len(streams)
    whole = torch.cat([streams[:, :-1].flatten(), streams[-1, -1:]])
    parts = (whole, whole[: size * rows + 1])  # the second to evaluate
    items = [fastai_text.LMTensorText(part) for part in parts]
    loaders = [fastai_text.LMDataLoader([item], bs=size, seq_len=rows) for item in items]
    return fastai.DataLoaders(*loaders, device=DEVICE)


class Turned(nn.Module):
    """fastai has a text's columns as rows: (N, T) to (N, T, symbols)."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x.T).transpose(0, 1)

    def reset(self) -> None:
        self.model.reset()


def by_fastai(task: Task) -> Callable[[], None]:
    loaders = task.fastai()

    def loss(outputs: Tensor, y: Tensor) -> Tensor:
        return task.loss(outputs.as_subclass(Tensor), y.as_subclass(Tensor))

    def epoch() -> None:
        model, how = task.network(), {}
        if hasattr(model, "reset"):
            model, how = Turned(model), {"cbs": fastai_text.ModelResetter}
        learner = fastai.Learner(loaders, model, loss_func=loss, **how)
        with learner.no_bar(), learner.no_logging():
            learner.fit_one_cycle(1, 0.01)

    return epoch


class Module(lightning.LightningModule):
    def __init__(self, task: Task):
        super().__init__()
        self.task, self.model = task, task.network()

    def training_step(self, batch, _) -> Tensor:
        x, y = batch
        return self.task.loss(self.model(x), y)

    def configure_optimizers(self):
        optimizer, schedule = plan(self.model, self.task.steps)
        return [optimizer], [{"scheduler": schedule, "interval": "step"}]


def by_lightning(task: Task) -> Callable[[], None]:
    loader = task.loader()
    how = dict.fromkeys(["logger", "enable_checkpointing", "enable_progress_bar"], False)
    how |= {"enable_model_summary": False, "accelerator": DEVICE.type, "devices": 1}

    def epoch() -> None:
        lightning.Trainer(max_epochs=1, **how).fit(Module(task), loader)

    return epoch
