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
