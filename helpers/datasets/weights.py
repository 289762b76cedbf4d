"""Pretrained weights of torchvision's networks: from a file at hand, else by torchvision."""

import pickle
from pathlib import Path

import torch
from torch import Tensor, nn

from helpers.settings import Run


def load_weights(model: nn.Module, arch: str, run: Run, strict: bool = True) -> str:
    """Put ImageNet weights into a torchvision network; where they came from, in words.

    `<LESSON_DATA>/weights/<arch>.pth` is taken where it exists; else torchvision downloads its own
    (IMAGENET1K_V1) in the full profile; a quick run opens no connection. With `strict` false the
    file may hold some layers only. ValueError names the file and the layer that does not fit;
    FileNotFoundError says how to get the file.
    """
    path = run.data / "weights" / f"{arch}.pth"
    if path.exists():
        _fill(model, read_weights(path), path, strict)
        return str(path)
    if run.quick:
        raise FileNotFoundError(
            f"{path} is not there, and a quick run opens no connection: get it with "
            f"`make data NB={run.number}`, or put a file of this name there"
        )
    from torchvision.models import get_model_weights  # takes over a second to import

    chosen = get_model_weights(arch).IMAGENET1K_V1
    try:
        state = chosen.get_state_dict(progress=True, check_hash=True, weights_only=True)
    except OSError as e:
        raise FileNotFoundError(
            f"{path} is not there, and {chosen.url} can't be had ({e}): get it where there is a "
            "network, and put it there under this name"
        ) from e
    _fill(model, state, chosen.url, strict)
    return chosen.url


def read_weights(path: Path) -> dict[str, Tensor]:
    """A state dict from a file, without running anything in it; ValueError where it is none."""
    try:
        state = torch.load(path, map_location="cpu", weights_only=True)
    except (RuntimeError, pickle.UnpicklingError, EOFError, KeyError, ValueError) as e:
        raise ValueError(f"{path} holds no weights: it is damaged or another kind of file") from e
    if not isinstance(state, dict) or not all(isinstance(t, Tensor) for t in state.values()):
        raise ValueError(f"{path} holds {type(state).__name__}, not tensors by name (a state_dict)")
    return state


def _fill(model: nn.Module, state: dict[str, Tensor], where: Path | str, strict: bool) -> None:
    """Load, or name the first layer that does not fit; the model is changed only if all fits."""
    mine = model.state_dict()
    for name, tensor in state.items():
        if name not in mine:
            raise ValueError(f"{where} does not fit: the network has no {name}; another network's?")
        if tensor.shape != mine[name].shape:
            raise ValueError(
                f"{where} does not fit: {name} is {tuple(tensor.shape)} in the file and "
                f"{tuple(mine[name].shape)} in the network"
            )
    # batch counters are missing in files older than torch 0.4.1 and in converted ones
    lacks = [name for name in mine if name not in state and not name.endswith("batches_tracked")]
    if lacks and (strict or not state):
        raise ValueError(f"{where} does not fit: it lacks {lacks[0]} and {len(lacks) - 1} more")
    model.load_state_dict(state, strict=False)
