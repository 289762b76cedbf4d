"""Scores of a batch or a set, each with its unit. Add here when a second lesson needs one."""

import torch
from torch import Tensor


def accuracy(outputs: Tensor, labels: Tensor) -> Tensor:
    """Share of right answers, 0 to 1; outputs (N, classes), the largest counts; labels (N,)."""
    return (outputs.argmax(1) == labels).float().mean()


def confusion(predicted: Tensor, labels: Tensor, classes: int) -> Tensor:
    """Counts (classes, classes): row = true class, column = predicted class."""
    cells = torch.bincount(labels * classes + predicted, minlength=classes * classes)
    return cells.reshape(classes, classes)


def dice(predicted: Tensor, truth: Tensor) -> Tensor:
    """2 |A and B| / (|A| + |B|) of two masks of any one shape, 0 to 1, pooled over all pixels.

    Masks of 0 and 1 or of bool; 1 where both are empty. Dice 1945.
    """
    return _overlap(predicted.flatten()[None], truth.flatten()[None])[0]


def dice_by_picture(predicted: Tensor, truth: Tensor) -> Tensor:
    """`dice` of each picture on its own: masks (N, ...) to (N,). Its mean is Carvana's score."""
    return _overlap(predicted.flatten(1), truth.flatten(1))


def iou(counts: Tensor) -> Tensor:
    """Intersection over union (Jaccard) of each class, 0 to 1: (classes,).

    From `confusion`'s counts, pooled over the set, as published figures are. Not a number where a
    class occurs neither in truth nor in prediction: `iou(counts).nanmean()` leaves such ones out.
    """
    both = counts.diagonal().double()
    return both / (counts.sum(0) + counts.sum(1) - both)


def _overlap(a: Tensor, b: Tensor) -> Tensor:
    a, b = a.bool(), b.bool()
    both, sizes = (a & b).sum(1), a.sum(1) + b.sum(1)
    return torch.where(sizes > 0, 2 * both / sizes, 1.0)


def frechet_distance(a: Tensor, b: Tensor) -> float:
    """How far apart two clouds of features (N, D) and (M, D) are, taken as Gaussians; 0 if alike.

    Squared distance of the means, plus trace(A + B - 2 sqrt(A B)) of the covariances: in squared
    units of the features, biased upwards for few rows. Computed in float64. ValueError with fewer
    than two rows, other columns, or values that are not finite. Heusel et al. 2017,
    arXiv 1706.08500.
    """
    a, b = _features(a, b)
    means = (a.mean(0) - b.mean(0)).square().sum()
    first, second = _covariance(a), _covariance(b)
    values, vectors = torch.linalg.eigh(first)
    root = vectors * values.clamp(min=0).sqrt() @ vectors.T  # the root of A
    cross = torch.linalg.eigvalsh(root @ second @ root).clamp(min=0).sqrt().sum()
    return float(means + first.trace() + second.trace() - 2 * cross)


def kernel_distance(a: Tensor, b: Tensor) -> float:
    """Squared distance of two clouds of features under the kernel (x y / D + 1)^3; 0 if alike.

    The unbiased estimate, so that it may be a little below 0; (N, D) and (M, D), in float64.
    ValueError as for `frechet_distance`. Binkowski et al. 2018, arXiv 1801.01401.
    """
    a, b = _features(a, b)

    def kernel(x: Tensor, y: Tensor) -> Tensor:
        return (x @ y.T / x.shape[1] + 1) ** 3

    def within(x: Tensor) -> Tensor:
        pairs = kernel(x, x)
        return (pairs.sum() - pairs.trace()) / (len(x) * (len(x) - 1))  # no row with itself

    return float(within(a) + within(b) - 2 * kernel(a, b).mean())


def _features(a: Tensor, b: Tensor) -> tuple[Tensor, Tensor]:
    if a.ndim != 2 or b.ndim != 2 or a.shape[1] != b.shape[1] or min(len(a), len(b)) < 2:
        raise ValueError(
            f"features of shapes {tuple(a.shape)} and {tuple(b.shape)}: need two or more rows each "
            "and as many columns"
        )
    a, b = a.detach().cpu().double(), b.detach().cpu().double()
    if not (a.isfinite().all() and b.isfinite().all()):
        raise ValueError("features are not finite: is one of them the same for all pictures?")
    return a, b


def _covariance(x: Tensor) -> Tensor:
    centred = x - x.mean(0)
    return centred.T @ centred / (len(x) - 1)
