"""A whole set as bytes on the training device, served in shuffled, augmented, normalised batches.

Small sets fit on the device as they are (MNIST: 47 MB), so that a batch is one gather there: no
worker processes, no decoding, no copies between host and device. Larger ones stay in host memory or
on disk (memory maps), and each batch is gathered while the device works on the one before.
"""

import warnings
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import torch
from torch import Tensor

from helpers.augment import Augment


def statistics(x: Tensor | np.ndarray) -> tuple[Tensor, Tensor]:
    """Mean and deviation of each channel of bytes (N, C, H, W), in units of 1 = white; two (C,)."""
    x = _tensor(x)
    counts = torch.zeros(x.shape[1], 256, dtype=torch.double, device=x.device)
    for some in x.split(4096):  # bounds the memory, whatever the size of the set
        for count, channel in zip(counts, some.unbind(1)):
            count += torch.bincount(channel.flatten(), minlength=256)
    counts /= x.numel() / x.shape[1]
    values = torch.arange(256, device=x.device) / 255
    mean = counts @ values.double()
    variance = counts @ values.double().square() - mean.square()
    return mean.float(), variance.clamp(min=0).sqrt().float()


class Batches:
    """Iterate over (pictures, answers) once an epoch: float (size, C, H, W) and a gather of `y`.

    x: bytes (N, C, H, W), a tensor or a numpy array, also a memory map. y: anything with N rows.
    `augment`: functions of `helpers.augment`, applied to the bytes in order. `mean`, `std`: (C,)
    in units of 1 = white. Random numbers come from torch's global generators, so that
    `torch.manual_seed` and a checkpoint cover them. The last batch is smaller where `size` does not
    divide N. `stream`: leave the set where it is and copy it batch by batch (default: where it
    would take over half of the GPU's free memory); the batches are the same.
    """

    def __init__(
        self,
        x: Tensor | np.ndarray,
        y: Tensor | np.ndarray,
        size: int,
        *,
        shuffle: bool = False,
        augment: Sequence[Augment] = (),
        mean: Tensor | float = 0.0,
        std: Tensor | float = 1.0,
        device: torch.device | str = "cpu",
        stream: bool | None = None,
    ):
        if len(x) != len(y) or len(x) == 0:
            raise ValueError(f"{len(x)} pictures, {len(y)} answers: need as many, and at least 1")
        self.x, self.y, self.device = _tensor(x), _tensor(y), torch.device(device)
        self.stream = self._is_large() if stream is None else stream
        if not self.stream:
            self.x, self.y = self.x.to(device), self.y.to(device)
        self.size, self.shuffle, self.augment = size, shuffle, augment
        self.mean = torch.as_tensor(mean, device=device).reshape(-1, 1, 1) * 255
        self.scale = 1 / (torch.as_tensor(std, device=device).reshape(-1, 1, 1) * 255)

    def __len__(self) -> int:
        return -(-len(self.x) // self.size)

    def __iter__(self) -> Iterator[tuple[Tensor, Tensor]]:
        n = len(self.x)
        order = torch.randperm(n, device=self.device) if self.shuffle else None
        if self.stream:
            order = torch.arange(n) if order is None else order.cpu()
            pairs = self._streamed(order.split(self.size))
        elif order is None:
            pairs = zip(self.x.split(self.size), self.y.split(self.size))
        else:
            rows = order.split(self.size)  # index_select: 2 to 9 times as fast as x[rows] for bytes
            pairs = ((self.x.index_select(0, r), self.y.index_select(0, r)) for r in rows)
        for x, y in pairs:
            for change in self.augment:
                x, y = change(x, y)
            yield self.normalise(x), y

    def _streamed(self, batches: Iterable[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        """Copy the rows of each batch to the device; the next one is gathered meanwhile."""
        with ThreadPoolExecutor(1) as gatherer:
            ahead = None
            for rows in [*batches, None]:
                ready, ahead = ahead, None if rows is None else gatherer.submit(self._gather, rows)
                if ready is not None:
                    yield tuple(part.to(self.device, non_blocking=True) for part in ready.result())

    def _gather(self, rows: Tensor) -> list[Tensor]:
        """Rows of x and y in host memory, pinned if a GPU will fetch them from there."""
        pin, gathered = self.device.type == "cuda", []
        for source in (self.x, self.y):
            out = torch.empty((len(rows), *source.shape[1:]), dtype=source.dtype, pin_memory=pin)
            gathered.append(torch.index_select(source, 0, rows, out=out))
        return gathered

    def _is_large(self) -> bool:
        if self.device.type != "cuda" or self.x.device.type != "cpu":
            return False
        return self.x.nbytes + self.y.nbytes > torch.cuda.mem_get_info(self.device)[0] / 2

    def normalise(self, x: Tensor) -> Tensor:
        """Bytes (N, C, H, W) to floats with mean 0 and deviation 1 over the set."""
        return (x.float() - self.mean).mul_(self.scale)


def _tensor(x: Tensor | np.ndarray) -> Tensor:
    """The same memory as a tensor; read-only arrays too, as batches are copies of it."""
    if isinstance(x, Tensor):
        return x
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message=".*not writable")
        return torch.from_numpy(np.asarray(x))
