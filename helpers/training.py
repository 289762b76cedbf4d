"""The training loop, without surprises.

`train_epoch` and `evaluate` are the loops that lesson 1 writes by hand; `fit` repeats them and can
be killed at any moment. Losses are summed on the device, so that nothing waits for it in an epoch.
"""

import copy
import math
import os
import pickle
import sys
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.optim import Optimizer
from torch.optim.lr_scheduler import LambdaLR, LRScheduler, OneCycleLR
from tqdm import tqdm

from helpers import parallel
from helpers.batches import Batches
from helpers.metrics import accuracy

Score = Callable[[Tensor, Tensor], Tensor]  # (outputs, answers) -> mean over the batch
FORMAT = "lessons-that-run checkpoint 1"
UNREADABLE = (RuntimeError, OSError, EOFError, ValueError, LookupError, TypeError)
UNREADABLE += (pickle.UnpicklingError,)  # what torch.load raises for files that are not its own


def train_epoch(
    model: nn.Module,
    batches: Iterable[tuple[Tensor, Tensor]],
    optimizer: Optimizer,
    loss: Score = F.cross_entropy,
    schedule: LRScheduler | None = None,
) -> float:
    """Show every batch to the model once and step after each; the mean loss over the pictures.

    FloatingPointError where the mean is not finite, with what to try.
    """
    model.train()
    total, count = 0.0, 0
    for x, y in batches:
        value = loss(model(x), y)
        value.backward()
        optimizer.step()
        optimizer.zero_grad()
        if schedule is not None:
            schedule.step()
        total, count = total + value.detach() * len(x), count + len(x)
    mean = float(parallel.total(total)) / (count * parallel.count())
    if not math.isfinite(mean):
        raise FloatingPointError(
            f"the training loss is {mean}: try a tenth of the learning rate, look for a log or a "
            "division of 0, and check that the inputs are finite"
        )
    return mean


@torch.inference_mode()
def evaluate(model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]], **scores: Score) -> dict:
    """Mean of each score over all pictures, with the model in evaluation mode; then as it was.

    evaluate(model, valid) gives {"loss": cross-entropy in nats, "accuracy": 0 to 1};
    evaluate(model, valid, loss=…, dice=…) takes other scores.
    """
    scores = scores or {"loss": F.cross_entropy, "accuracy": accuracy}
    was_training = model.training
    model.eval()
    totals, count = dict.fromkeys(scores, 0.0), 0
    for x, y in batches:
        outputs = model(x)
        totals = {name: totals[name] + score(outputs, y) * len(x) for name, score in scores.items()}
        count += len(x)
    model.train(was_training)
    return {name: float(total) / count for name, total in totals.items()}


@torch.inference_mode()
def predict(model: nn.Module, batches: Iterable[tuple[Tensor, Tensor]]) -> Tensor:
    """All outputs of the model in evaluation mode, in the order of the batches: (N, ...)."""
    was_training = model.training
    model.eval()
    outputs = torch.cat([model(x) for x, _ in batches])
    model.train(was_training)
    return outputs


def fit(
    model: nn.Module,
    train: Batches,
    valid: Batches,
    optimizer: Optimizer,
    epochs: int,
    *,
    loss: Score = F.cross_entropy,
    scores: dict[str, Score] | None = None,
    schedule: LRScheduler | None = None,
    checkpoint: Path | None = None,
    quiet: bool = False,
) -> list[dict]:
    """Train for some epochs, score after each; a list with a dict an epoch.

    Each dict has `epoch` (from 1), `train_loss`, and what `evaluate` gives on `valid` with
    `scores` (default: its own).
    With a `checkpoint` file, the state is saved after every epoch, and a run that was killed goes
    on from there: bit for bit the same on a CPU. `quiet` prints no line an epoch. Started by
    torchrun, the processes share each batch of `train` (`helpers.parallel`), and the first saves;
    its checkpoint is that of one process.
    """
    shared = parallel.wrap(model)
    history: list[dict] = []
    parts: dict[str, Any] = {"model": model, "optimizer": optimizer}
    if schedule is not None:
        parts["schedule"] = schedule
    if checkpoint is not None and (saved := load(checkpoint, **parts)) is not None:
        history = saved["history"]
    for epoch in range(len(history) + 1, epochs + 1):
        bar = watch(train, f"epoch {epoch}/{epochs}")
        train_loss = train_epoch(shared, parallel.share(bar), optimizer, loss, schedule)
        found = evaluate(model, valid, **(scores or {}))
        history.append({"epoch": epoch, "train_loss": train_loss, **found})
        if checkpoint is not None and parallel.rank() == 0:
            save(checkpoint, notes={"history": history}, **parts)
        if not quiet and parallel.rank() == 0:
            print("  ".join(f"{name} {_short(value)}" for name, value in history[-1].items()))
    return history


def one_cycle(optimizer: Optimizer, max_lr: float | list[float], steps: int) -> OneCycleLR:
    """Rate up from max_lr/25 to max_lr in 30 % of the steps, then down to nearly 0, both by cosine.

    Momentum (Adam: its first beta) runs the other way, .95 to .85 to .95. Smith 2018,
    arXiv 1803.09820, with the lecture's choice of curve. A list has a rate for each group of
    parameters.
    """
    return OneCycleLR(optimizer, max_lr, total_steps=steps, pct_start=0.3, div_factor=25)


def cosine_rates(plan: Sequence[tuple[float, float, float]], steps: int) -> list[float]:
    """The rate of every step; each (epochs, first, last) is half a cosine, `steps` an epoch."""
    rates = []
    for epochs, first, last in plan:
        share = torch.arange(round(epochs * steps)) / (epochs * steps)
        rates += (last + (first - last) * (1 + torch.cos(torch.pi * share)) / 2).tolist()
    return rates


def cosine_restarts(
    optimizer: Optimizer, plan: Sequence[tuple[float, float, float]], steps: int
) -> LambdaLR:
    """The rates of `cosine_rates`, times the optimizer's own; after the plan the last one stays.

    With plans such as [(1, 0.01, 0), (2, 0.01, 0), (4, 0.01, 0)] SGDR, arXiv 1608.03983.
    """
    rates = cosine_rates(plan, steps)
    return LambdaLR(optimizer, lambda step: rates[min(step, len(rates) - 1)])


def find_lr(
    model: nn.Module,
    batches: Batches,
    optimizer: Optimizer,
    *,
    loss: Score = F.cross_entropy,
    start: float = 1e-5,
    stop: float = 10.0,
    steps: int = 100,
) -> tuple[list[float], list[float]]:
    """Train with a rate that grows from `start` to `stop`; the rates, and the loss seen at each.

    Ends early where the loss is four times its best. Model, optimizer and random numbers are then
    put back as they were. Smith 2015, arXiv 1506.01186.
    """
    before = copy.deepcopy((model.state_dict(), optimizer.state_dict(), random_state()))
    was_training = model.training
    model.train()
    rates, losses = [], []
    try:
        stream = (batch for _ in range(steps) for batch in batches)  # more than enough epochs
        for step, (x, y) in zip(range(steps), stream):
            rate = start * (stop / start) ** (step / (steps - 1))
            for group in optimizer.param_groups:
                group["lr"] = rate
            value = loss(model(x), y)
            value.backward()
            optimizer.step()
            optimizer.zero_grad()
            rates.append(rate)
            losses.append(value.item())
            if not losses[-1] < 4 * min(losses):  # also where it is not finite
                break
    finally:
        model.load_state_dict(before[0])
        optimizer.load_state_dict(before[1])
        set_random_state(before[2])
        model.train(was_training)
    return rates, losses


def save(path: Path, notes: dict | None = None, **parts: Any) -> None:
    """Write the state of `parts` (anything with a state_dict), the random state and plain `notes`.

    Written to a temporary name and renamed; the save before is kept as `<name>.previous`.
    """
    path = Path(path)
    path.parent.mkdir(parents=True, exist_ok=True)
    state = {name: part.state_dict() for name, part in parts.items()}
    whole = {"format": FORMAT, "parts": state, "notes": notes or {}, "random": random_state()}
    part = path.with_name(path.name + ".part")
    torch.save({**whole, "threads": torch.get_num_threads()}, part)
    if path.exists():
        os.replace(path, _previous(path))
    os.replace(part, path)


def load(path: Path, **parts: Any) -> dict | None:
    """Put back what `save` wrote, and give its notes; None where nothing was saved.

    Also sets the random state and the number of threads: other numbers of threads add in another
    order. ValueError where the file is damaged or belongs to another network: nothing is changed
    then, neither the files nor the parts.
    """
    path = Path(path)
    if not path.exists():  # killed between the two renames of `save`?
        path = _previous(path)
        if not path.exists():
            return None
    help_ = f"delete it to start again, or put {_previous(path).name} in its place if it is there"
    try:
        saved = torch.load(path, map_location="cpu", weights_only=True)
        if saved["format"] != FORMAT:
            raise ValueError(f"its format is {saved['format']!r}")
    except UNREADABLE as e:
        why = "it holds no plain tensors" if isinstance(e, pickle.UnpicklingError) else e
        raise ValueError(f"{path} is no whole checkpoint of these lessons ({why}); {help_}") from e
    before = {name: copy.deepcopy(part.state_dict()) for name, part in parts.items()}
    try:
        if saved["parts"].keys() != parts.keys():
            raise ValueError(f"it holds {', '.join(saved['parts'])}, not {', '.join(parts)}")
        for name, part in parts.items():
            part.load_state_dict(saved["parts"][name])
    except (RuntimeError, ValueError, KeyError) as e:
        for name, part in parts.items():
            part.load_state_dict(before[name])
        raise ValueError(f"{path} belongs to another network or optimizer ({e}); {help_}") from e
    set_random_state(saved["random"])
    torch.set_num_threads(saved["threads"])
    return saved["notes"]


def random_state() -> dict[str, Tensor]:
    """The state of torch's random numbers on the CPU and on the GPU in use."""
    state = {"cpu": torch.get_rng_state()}
    if torch.cuda.is_available():
        state["cuda"] = torch.cuda.get_rng_state()
    return state


def set_random_state(state: dict[str, Tensor]) -> None:
    torch.set_rng_state(state["cpu"])
    if "cuda" in state and torch.cuda.is_available():
        torch.cuda.set_rng_state(state["cuda"])


def watch(batches: Iterable, label: str) -> Iterable:
    """A progress bar where somebody watches (terminal, live notebook), else the batches alone."""
    in_notebook = type(sys.stdout).__module__.startswith("ipykernel")
    live = in_notebook and os.environ.get("LESSON_PROGRESS") != "lines"
    if not (live or sys.stdout.isatty()):
        return batches
    return tqdm(batches, desc=label, file=sys.stdout, leave=False, mininterval=0.5)


def _previous(path: Path) -> Path:
    return path if path.name.endswith(".previous") else path.with_name(path.name + ".previous")


def _short(value: float) -> str:
    return f"{value:.4f}" if isinstance(value, float) else str(value)
