"""One network trained by several processes, one for each GPU, where `torchrun` has started several.

`training.fit` calls these; in one process they change nothing. Every process draws the same random
numbers and makes the same batches, trains on its share of each, and averages the gradients with the
others (DistributedDataParallel), so that a run gives what one process gives with the same batches.
Batch norm is the exception: each process normalises by its share alone.
"""

import os
from collections.abc import Iterable

import torch
from torch import Tensor, distributed, nn
from torch.nn.parallel import DistributedDataParallel


def start(device: torch.device) -> torch.device:
    """Join the processes that torchrun started; the device that this one trains on."""
    if int(os.environ.get("WORLD_SIZE", 1)) == 1:
        return device
    if device.type == "cuda":
        device = torch.device("cuda", int(os.environ["LOCAL_RANK"]))
        torch.cuda.set_device(device)
    if not distributed.is_initialized():
        distributed.init_process_group("nccl" if device.type == "cuda" else "gloo")
    return device


def count() -> int:
    """How many processes train together."""
    return distributed.get_world_size() if distributed.is_initialized() else 1


def rank() -> int:
    """The number of this process, from 0; 0 prints, saves and records."""
    return distributed.get_rank() if distributed.is_initialized() else 0


def wrap(model: nn.Module) -> nn.Module:
    """The model, with its gradients averaged over the processes in every backward pass."""
    return model if count() == 1 else DistributedDataParallel(model)


def share(batches: Iterable[tuple[Tensor, Tensor]]) -> Iterable[tuple[Tensor, Tensor]]:
    """This process's rows of each batch; as many as the others have, so a few may be left out."""
    return batches if count() == 1 else ((_mine(x), _mine(y)) for x, y in batches)


def total(value: Tensor) -> Tensor:
    """The sum of a value over the processes."""
    if count() > 1:
        distributed.all_reduce(value := value.clone())
    return value


def _mine(rows: Tensor) -> Tensor:
    whole = len(rows) - len(rows) % count()
    return rows[rank() : whole : count()] if whole else rows  # fewer rows than processes: all
