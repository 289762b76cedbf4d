"""fastai and Lightning on the tasks of the benchmark, each as its users write it."""

import logging
import warnings
from collections.abc import Callable
from pathlib import Path

import lightning
from bench_lessons import WORKERS, Task, plan
from fastai.text import all as text_of_fastai
from fastai.vision import all as fastai
from torch import Tensor, nn

warnings.simplefilter("ignore")
logging.getLogger("lightning.pytorch").setLevel(logging.ERROR)


def labelled(
    folder: Path, channels: int, side: int, margin: int, size: int, norm: tuple
) -> fastai.DataLoaders:
    kind = fastai.PILImageBW if channels == 1 else fastai.PILImage
    block = fastai.DataBlock(
        blocks=(fastai.ImageBlock(kind), fastai.CategoryBlock),
        get_items=fastai.get_image_files,
        splitter=fastai.GrandparentSplitter(),
        get_y=fastai.parent_label,
        item_tfms=[
            fastai.Resize(side),
            fastai.CropPad(side + 2 * margin),
            fastai.RandomCrop(side),
        ],
        batch_tfms=[fastai.Flip(), normalize(norm)],
    )
    return block.dataloaders(folder, bs=size, num_workers=WORKERS, drop_last=False)


def masked(
    folder: Path, mask_of: Callable[[Path], Path], side: int, size: int, norm: tuple
) -> fastai.DataLoaders:
    block = fastai.DataBlock(
        blocks=(fastai.ImageBlock, fastai.MaskBlock(["elsewhere", "car"])),
        get_items=fastai.get_image_files,
        splitter=fastai.FuncSplitter(lambda path: path.parent.name == "valid"),
        get_y=mask_of,
        item_tfms=[fastai.Resize(side, method="squish")],
        batch_tfms=[fastai.Flip(), normalize(norm)],
    )
    return block.dataloaders(folder, bs=size, num_workers=WORKERS, drop_last=False)


def normalize(norm: tuple[Tensor, Tensor]) -> fastai.Normalize:
    return fastai.Normalize.from_stats(*(part.tolist() for part in norm))


def text(columns: Tensor, size: int, rows: int) -> fastai.DataLoaders:
    """columns: (size, T); each is one stream, as in ours."""
    whole = text_of_fastai.LMTensorText(columns[:, :-1].flatten())
    loaders = [text_of_fastai.LMDataLoader([part], bs=size, seq_len=rows)
               for part in (whole, whole[: size * rows + 1])]  # fmt: skip
    return fastai.DataLoaders(*loaders)


class Turned(nn.Module):
    """fastai has a text's columns as rows."""

    def __init__(self, model: nn.Module):
        super().__init__()
        self.model = model

    def forward(self, x: Tensor) -> Tensor:
        return self.model(x.T).transpose(0, 1)

    def reset(self) -> None:
        self.model.reset()


def by_fastai(task: Task) -> Callable[[], None]:
    loaders = task.fastai(__import__(__name__))

    def loss(outputs: Tensor, y: Tensor) -> Tensor:
        return task.loss(outputs.as_subclass(Tensor), y.as_subclass(Tensor))

    def epoch() -> None:
        model, how = task.network(), {}
        if hasattr(model, "reset"):
            model, how = Turned(model), {"cbs": text_of_fastai.ModelResetter}
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
    quiet = dict.fromkeys(["logger", "enable_checkpointing", "enable_progress_bar"], False)
    loader = task.loader()

    def epoch() -> None:
        module = Module(task)
        trainer = lightning.Trainer(max_epochs=1, enable_model_summary=False, **quiet)
        trainer.fit(module, loader)

    return epoch
