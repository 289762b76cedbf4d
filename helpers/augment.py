"""Random changes to a whole batch at once, each picture with its own draw.

An augmentation takes and gives (x, y), on any device; torchvision's transforms would give a whole
batch the same draw. x is bytes (N, C, H, W). What happens to y follows from its form:

    labels   (N,) or (N, k), or anything but the next two: never touched
    masks    (N, H, W) whole numbers: moved with x, by the nearest pixel, so that no label is new
    targets  (N, C, H2, W2) bytes, pictures of any size: moved with x; light() changes them like x,
             as a network could not know by how much its input was brightened

Random numbers come from torch's global generator of x's device, so that `torch.manual_seed` and a
checkpoint cover them.
"""

import math
from collections.abc import Callable

import torch
import torch.nn.functional as F
from torch import Tensor

Augment = Callable[[Tensor, Tensor], tuple[Tensor, Tensor]]


def crop(padding: int, edges: str = "zeros") -> Augment:
    """Pad every side by `padding` pixels, then cut a window of the old size at a random place.

    edges: "zeros" or "reflect", what the padding is filled with; masks and targets need "reflect",
    as zeros would be labels that nobody gave. Larger targets must be a whole number of times as
    large as x.
    """
    _check_edges(edges)

    def change(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        top, left = torch.randint(0, 2 * padding + 1, (2, len(x)), device=x.device)
        if not _is_spatial(y):
            return _window(x, top, left, padding, edges), y
        _need_reflect(edges)
        moved = _window(x, top, left, padding, edges)
        times = y.shape[-1] // x.shape[-1]
        if y.shape[-2:] != (x.shape[-2] * times, x.shape[-1] * times) or not times:
            raise ValueError(
                f"targets of {tuple(y.shape[-2:])} are not a whole number of times as large as "
                f"pictures of {tuple(x.shape[-2:])}: crop cannot keep them in step"
            )
        planes = y if y.dim() == 4 else y[:, None]
        return moved, _window(planes, top * times, left * times, padding * times, edges).view_as(y)

    return change


def flip() -> Augment:
    """Mirror left and right, every other picture on average."""

    def change(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        coin = torch.randint(0, 2, (len(x),), device=x.device)
        new_y = _choose(coin, y, y.flip(-1)) if _is_spatial(y) else y
        return _choose(coin, x, x.flip(-1)), new_y

    return change


def dihedral() -> Augment:
    """Turn by quarters and mirror: one of the eight symmetries of a square; pictures are square."""

    def change(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        if x.shape[-1] != x.shape[-2]:
            shape = tuple(x.shape[-2:])
            raise ValueError(f"pictures of {shape} are not square: use flip(), not dihedral()")
        kind = torch.randint(0, 8, (len(x),), device=x.device)
        return turned(x, kind), turned(y, kind) if _is_spatial(y) else y

    return change


def turned(x: Tensor, kind: Tensor) -> Tensor:
    """Pictures or masks (N, ..., H, W), each in its symmetry: kind (N,) from 0 to 7.

    The sum of 1: mirrored left and right, 2: up and down, 4: then rows made columns. 5 and 6 are
    quarter turns, 3 is half a turn; these two undo each other, the other kinds undo themselves.
    From 4 on for squares only.
    """
    x = _choose(kind % 2, x, x.flip(-1))
    x = _choose(kind // 2 % 2, x, x.flip(-2))
    return _choose(kind // 4, x, x.mT)


def affine(
    rotate: float = 0.0,
    zoom: float | tuple[float, float] = 1.0,
    shift: float = 0.0,
    edges: str = "reflect",
) -> Augment:
    """Rotate, zoom and shift, each picture by its own amounts, in one resampling.

    rotate: degrees, at most, either way. zoom: a factor drawn from 1 to this, or from (low, high),
    even in its logarithm; over 1 enlarges. shift: at most this share of the height and width,
    either way. edges: what comes in from outside: "reflect", or "zeros" (not for masks or targets).
    """
    _check_edges(edges)
    low, high = (min(zoom, 1.0), max(zoom, 1.0)) if isinstance(zoom, int | float) else zoom
    if not 0 < low <= high:
        raise ValueError(f"zoom is {zoom}; it must be a positive factor, or (low, high)")

    def change(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        n, height, width = len(x), x.shape[-2], x.shape[-1]
        turn, size, down, right = torch.rand((4, n), device=x.device)
        turn = (2 * turn - 1) * math.radians(rotate)
        size = torch.exp(-(math.log(low) + size * math.log(high / low)))  # output to input
        cos, sin = size * turn.cos(), size * turn.sin()
        # affine_grid counts the height and the width as 2 each, whatever they are in pixels
        rows = [cos, -sin * height / width, (2 * right - 1) * 2 * shift]
        rows += [sin * width / height, cos, (2 * down - 1) * 2 * shift]
        matrix = torch.stack(rows, 1).view(n, 2, 3)
        if not _is_spatial(y):
            return _resample(x, matrix, edges), y
        _need_reflect(edges)
        return _resample(x, matrix, edges), _resample(y, matrix, edges)

    return change


def light(brightness: float = 0.0, contrast: float = 0.0) -> Augment:
    """Change the brightness and the contrast, each picture by its own amounts.

    brightness: at most this much is added or taken away, in units of 1 = white. contrast: .2 is
    a factor from 1/1.2 to 1.2 about the picture's mean. Masks stay as they are, targets change too.
    """

    def change(x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        more, harder = 2 * torch.rand((2, len(x), 1, 1, 1), device=x.device) - 1
        factor = torch.exp(harder * math.log(1 + contrast))
        mean = x.float().mean((1, 2, 3), keepdim=True)
        add = mean * (1 - factor) + more * brightness * 255

        def lit(pictures: Tensor) -> Tensor:
            return _to_bytes(pictures.float().mul_(factor).add_(add))

        return lit(x), lit(y) if _is_spatial(y) and y.dim() == 4 else y

    return change


def _is_spatial(y: Tensor) -> bool:
    """Are these masks or target pictures, which move with x?"""
    whole = not (y.is_floating_point() or y.dtype == torch.bool)
    return y.dim() == 3 and whole or y.dim() == 4 and y.dtype == torch.uint8


def _check_edges(edges: str) -> None:
    if edges not in ("zeros", "reflect"):
        raise ValueError(f'edges is {edges!r}; allowed: "zeros", "reflect"')


def _need_reflect(edges: str) -> None:
    if edges != "reflect":
        raise ValueError('masks and targets need edges="reflect": zeros would be false labels')


def _window(x: Tensor, top: Tensor, left: Tensor, padding: int, edges: str) -> Tensor:
    """Windows of the old size from padded pictures (N, C, H, W); top and left (N,) in pixels."""
    n, channels, height, width = x.shape
    if edges == "zeros":
        x = F.pad(x, [padding] * 4)
    else:
        for dim in (2, 3):
            places = torch.arange(-padding, x.shape[dim] + padding, device=x.device)
            x = x.index_select(dim, _reflected(places, x.shape[dim]))
    # A row of a window is `width` neighbours in memory: gathering those whole is 40 times as fast
    # as gathering pixels. `starts` (N, C, H) says where each begins.
    tall, wide = x.shape[2:]
    plane = torch.arange(n * channels, device=x.device).view(n, channels, 1)
    row = top.view(n, 1, 1) + torch.arange(height, device=x.device)
    starts = (plane * tall + row) * wide + left.view(n, 1, 1)
    runs = x.contiguous().view(-1).unfold(0, width, 1)
    return runs.index_select(0, starts.flatten()).view(n, channels, height, width)


def _reflected(places: Tensor, size: int) -> Tensor:
    """Places outside of 0 to size - 1, mirrored at the outer pixels' far edges: -1 is 0."""
    places = places.remainder(2 * size)
    return torch.minimum(places, 2 * size - 1 - places)


def _choose(kind: Tensor, x: Tensor, other: Tensor) -> Tensor:
    """Rows of x where kind (N,) is 0 and of `other` where it is 1; faster than torch.where."""
    rows = torch.arange(len(x), device=x.device) + kind * len(x)
    return torch.cat((x, other)).index_select(0, rows)


def _resample(x: Tensor, matrix: Tensor, edges: str) -> Tensor:
    """Pictures (N, C, H, W) or masks (N, H, W), moved by matrices (N, 2, 3)."""
    height, width = x.shape[-2:]
    across = (2 * torch.arange(width, device=x.device) + 1) / width - 1  # centres, in -1 to 1
    down = (2 * torch.arange(height, device=x.device) + 1) / height - 1
    a, b, c = matrix[..., None, None].unbind(2)  # as F.affine_grid, ten times as fast on a CPU
    grid = (a * across + (b * down[:, None] + c)).movedim(1, -1)
    padding = "reflection" if edges == "reflect" else "zeros"
    if x.dim() == 4:
        moved = F.grid_sample(x.float(), grid, "bilinear", padding, align_corners=False)
        return _to_bytes(moved)
    moved = F.grid_sample(x[:, None].float(), grid, "nearest", padding, align_corners=False)
    return moved[:, 0].to(x.dtype)


def _to_bytes(x: Tensor) -> Tensor:
    """Round floats, in place, to bytes."""
    return x.add_(0.5).clamp_(0, 255).to(torch.uint8)
