"""Scores of a batch or a set, each with its unit, and at the end what some are computed on."""

import torch
import torch.nn.functional as F
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


def luma(pictures: Tensor) -> Tensor:
    """Brightness of RGB (N, 3, H, W) from 0 to 255: Y of BT.601, (N, 1, H, W) from 16 to 235."""
    weights = torch.tensor([65.481, 128.553, 24.966], device=pictures.device) / 255
    return 16 + (pictures.float() * weights[:, None, None]).sum(1, keepdim=True)


def psnr(pictures: Tensor, truth: Tensor, border: int = 0) -> Tensor:
    """Peak signal to noise ratio of each picture in dB, (N,), as super-resolution is scored.

    RGB (N, 3, H, W) in units of 0 to 255; compared is `luma`, without `border` pixels at each side
    (usually the scale). The peak is 255; equal pictures give infinity. Papers average the dB.
    """
    ours, theirs = _compared(pictures, truth, border)
    return 10 * torch.log10(255**2 / (ours - theirs).square().mean((1, 2, 3)))


def ssim(pictures: Tensor, truth: Tensor, border: int = 0) -> Tensor:
    """Structural similarity of each picture, (N,), at most 1 = equal; same pictures as for `psnr`.

    Windows of 11 x 11, Gaussian with deviation 1.5, only where they fit whole. Wang et al. 2004.
    """
    ours, theirs = _compared(pictures, truth, border)
    distance = torch.arange(-5.0, 6.0, device=ours.device)
    window = torch.exp(-distance.square() / (2 * 1.5**2))
    window /= window.sum()

    def smooth(x: Tensor) -> Tensor:
        return F.conv2d(F.conv2d(x, window.view(1, 1, 1, -1)), window.view(1, 1, -1, 1))

    a, b = smooth(ours), smooth(theirs)
    variances = smooth(ours * ours) - a * a + smooth(theirs * theirs) - b * b
    together = smooth(ours * theirs) - a * b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    map_ = (2 * a * b + c1) * (2 * together + c2) / ((a * a + b * b + c1) * (variances + c2))
    return map_.mean((1, 2, 3))


def _compared(pictures: Tensor, truth: Tensor, border: int) -> list[Tensor]:
    if pictures.shape != truth.shape or pictures.shape[1] != 3:
        shapes = f"{tuple(pictures.shape)} and {tuple(truth.shape)}"
        raise ValueError(f"need two equally large sets of RGB pictures (N, 3, H, W), got {shapes}")
    inside = slice(border, -border or None)
    return [luma(x)[..., inside, inside] for x in (pictures, truth)]


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


def as_bytes(pictures: Tensor) -> Tensor:
    """Floats, 1 = white, to bytes: rounded, and what is too dark or too bright cut off."""
    return (255 * pictures).round().clamp(0, 255).to(torch.uint8)


def gram(maps: Tensor) -> Tensor:
    """Gram matrices: products of two channels, mean over the places; (N, C, H, W) to (N, C, C).

    Gatys et al. 2015, arXiv 1508.06576. Lessons 3 and 3b write it out.
    """
    rows = maps.flatten(2)
    return rows @ rows.mT / rows.shape[2]
