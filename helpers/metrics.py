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
