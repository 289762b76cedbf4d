"""Pictures and tables that several lessons need.

Colours are Okabe and Ito's, which the colour-blind can tell apart.
"""

from collections.abc import Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from torch import Tensor

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000"]
plt.rcParams.update(
    {
        "figure.dpi": 80,
        "figure.constrained_layout.use": True,
        "axes.prop_cycle": plt.cycler(color=COLOURS),
        "axes.spines.top": False,
        "axes.spines.right": False,
        "image.cmap": "gray",
        "font.size": 11,
    }
)


def grid(
    pictures: Tensor, titles: Sequence[object] = (), columns: int = 10, size: float = 0.95
) -> None:
    """Show pictures (N, C, H, W) in rows: bytes or floats from 0 to 1, grey (C = 1) or RGB (C = 3).

    Floats outside 0 to 1, such as activations, are shown on their own common scale. `size`: inches
    a picture.
    """
    _grid(pictures, titles, columns, size)
    plt.show()


def heat(
    pictures: Tensor,
    maps: Tensor,
    titles: Sequence[object] = (),
    *,
    masks: Tensor | None = None,
    top: float | Tensor | None = None,
    columns: int = 6,
    size: float = 0.95,
) -> None:
    """Lay maps (N, h, w) over grey pictures (N, 3, H, W, bytes): orange above 0, blue below.

    Full colour stands for `top`: one number for all, or (N,) one for each map; default: the largest
    absolute value of all. `masks` (N, H, W): a white line around what is not 0.
    """
    maps = torch.as_tensor(maps).detach().float().cpu()
    top = torch.as_tensor(maps.abs().max() if top is None else top).cpu().clamp(min=1e-12)
    strength = (maps / (top[:, None, None] if top.dim() else top)).clamp(-1, 1)[:, None]
    strength = F.interpolate(strength, pictures.shape[-2:], mode="bilinear")
    above, below = (torch.tensor(to_rgb(COLOURS[i])).view(1, 3, 1, 1) for i in (1, 0))
    grey = pictures.cpu().float().mean(1, keepdim=True) / 255
    mixed = grey + 0.85 * strength.abs() * (torch.where(strength > 0, above, below) - grey)
    places = _grid(mixed, titles, columns, size)
    for place, mask in zip(places, [] if masks is None else masks.cpu()):
        place.contour(mask > 0, [0.5], colors="white", linewidths=1)
    plt.show()


def _grid(pictures: Tensor, titles: Sequence[object], columns: int, size: float) -> Sequence[Axes]:
    """The places of the pictures, so that more can be drawn on them."""
    pictures = torch.as_tensor(pictures).detach().cpu()
    low, high = (0, 255) if pictures.dtype == torch.uint8 else (0.0, 1.0)
    if pictures.min() < low or pictures.max() > high:
        low, high = float(pictures.min()), float(pictures.max())
    columns = min(columns, len(pictures))
    rows = -(-len(pictures) // columns)
    tall = pictures.shape[-2] / pictures.shape[-1]
    height = size * rows * (tall + 0.25 if len(titles) else tall)
    _, places = plt.subplots(rows, columns, figsize=(size * columns, height), squeeze=False)
    for place in places.flat:
        place.axis("off")
    for place, picture in zip(places.flat, pictures):
        place.imshow(picture.permute(1, 2, 0).squeeze(-1), vmin=low, vmax=high)
    for place, title in zip(places.flat, titles):
        place.set_title(str(title), fontsize=9)
    return list(places.flat)


def around_grey(pictures: Tensor) -> Tensor:
    """Each of (N, C, H, W) on a scale of its own, 0 to 1 with zero at grey: filters, answers."""
    pictures = pictures.detach().cpu()
    return pictures / pictures.abs().amax((1, 2, 3), keepdim=True).clamp(min=1e-12) / 2 + 0.5


def side_by_side(columns: Mapping[str, Tensor], size: float = 1.4) -> None:
    """A row for each picture, a column for each way to show it: (N, C, H, W) by title.

    Bytes, or floats from 0 to 1, grey or RGB. `size`: inches a picture.
    """
    rows = len(next(iter(columns.values())))
    inches = (size * len(columns), size * rows + 0.3)
    _, places = plt.subplots(rows, len(columns), figsize=inches, squeeze=False)
    for (title, pictures), column in zip(columns.items(), places.T):
        column[0].set_title(title, fontsize=10)
        pictures = pictures.detach().cpu()
        white = 255 if pictures.dtype == torch.uint8 else 1
        for picture, place in zip(pictures, column):
            shown = picture.permute(1, 2, 0).squeeze(-1)
            place.imshow(shown, vmin=0, vmax=white, interpolation="nearest")
            place.axis("off")
    plt.show()


def overlay(
    pictures: Tensor,
    masks: Tensor,
    classes: Sequence[str],
    *,
    strength: float = 0.5,
    columns: int = 8,
    size: float = 0.95,
) -> None:
    """Pictures (N, 3, H, W) of bytes with their masks (N, H, W) laid over in colours, and a legend.

    strength: 0 shows the pictures, 1 the masks alone. A class called background is left as it is.
    `size`: inches a picture.
    """
    pictures, masks = torch.as_tensor(pictures).cpu().float() / 255, torch.as_tensor(masks).cpu()
    colours = torch.tensor(_class_colours(len(classes)))
    cover = torch.tensor([0.0 if name == "background" else strength for name in classes])
    alpha, paint = cover[masks.long()][:, None], colours[masks.long()].permute(0, 3, 1, 2)
    mixed = pictures * (1 - alpha) + paint * alpha
    places = _grid(mixed.clamp(0, 1), (), columns, size)
    figure, there = places[0].figure, masks.unique().tolist()
    there = [int(i) for i in there if classes[int(i)] != "background"]
    width, height = figure.get_size_inches()
    figure.set_size_inches(max(width, 2.5), height + 0.25 * -(-len(there) // 6) + 0.05)
    keys = [plt.Rectangle((0, 0), 1, 1, color=colours[i].tolist()) for i in there]
    names = [classes[i] for i in there]
    figure.legend(
        keys, names, loc="outside lower center", ncols=6, frameon=False, fontsize=8,
        handlelength=1, columnspacing=1,
    )  # fmt: skip
    plt.show()


def _class_colours(count: int) -> list[tuple[float, ...]]:
    """As many colours (red, green, blue; 0 to 1), the last one black where there are over two."""
    if count == 2:
        return [(0.0, 0.0, 0.0), to_rgb(COLOURS[1])]
    if count <= 20:
        wheel = [plt.get_cmap("tab20")(i % 20) for i in [0, 14, 2, 15, 9, 4, 16, 10, 6, 12, 18]]
        wheel += [plt.get_cmap("tab20b")(i) for i in range(0, 20, 2)]
    else:
        wheel = [plt.get_cmap("gist_ncar")(i / count) for i in range(count)]
    return [tuple(colour[:3]) for colour in wheel[: count - 1]] + [(0.0, 0.0, 0.0)]


def curves(
    lines: Mapping[str, Sequence[float]],
    x: Sequence[float] | None = None,
    *,
    xlabel: str,
    ylabel: str,
    log: str = "",
    place: Axes | None = None,
) -> None:
    """One line for each name, with a legend; `log` holds "x", "y" or both for logarithmic axes."""
    alone = place is None
    place = place or plt.subplots(figsize=(6, 3.2))[1]
    for (name, line), style in zip(lines.items(), ["-", "--", "-.", ":"] * 4):
        steps = range(1, len(line) + 1) if x is None else x
        place.plot(steps, line, style, label=name, marker="o" if len(line) < 20 else None, ms=4)
    place.set(xlabel=xlabel, ylabel=ylabel)
    if x is None and max(map(len, lines.values())) < 20:
        place.xaxis.set_major_locator(plt.MaxNLocator(integer=True))
    if "x" in log:
        place.set_xscale("log")
    if "y" in log:
        place.set_yscale("log")
    if len(lines) > 4:  # many names would hide the lines
        place.legend(frameon=False, loc="center left", bbox_to_anchor=(1, 0.5))
    elif len(lines) > 1:
        place.legend(frameon=False)
    if alone:
        plt.show()


def find_lr(rates: Sequence[float], losses: Sequence[float], chosen: float) -> None:
    """The finder's losses, smoothed, against the rate, with the rate that was chosen."""
    smooth, average = [], losses[0]
    for loss in losses:
        average = 0.8 * average + 0.2 * loss
        smooth.append(average)
    _, place = plt.subplots(figsize=(6, 3.2))
    place.semilogx(rates, losses, color="0.8", label="each step")
    place.semilogx(rates, smooth, label="smoothed")
    place.axvline(chosen, color=COLOURS[1], ls="--", label=f"chosen: {chosen:g}")
    place.set(xlabel="learning rate", ylabel="loss", ylim=(0.9 * min(losses), 1.3 * losses[0]))
    place.legend(frameon=False)
    plt.show()


def ladder(
    figures: Mapping[str, float],
    *,
    xlabel: str,
    references: Mapping[str, float] | None = None,
    log: bool = False,
    digits: int = 3,
) -> None:
    """A point for each rung, first on top, and lines for figures to compare with.

    `digits`: how many significant ones stand beside a point.
    """
    names = list(figures)
    figure, place = plt.subplots(figsize=(7, 0.36 * len(names) + 1.4))
    place.plot(list(figures.values()), range(len(names)), "o", ms=8)
    for value, row in zip(figures.values(), range(len(names))):
        text = f"{value:#.{digits}g}".rstrip(".")
        place.annotate(text, (value, row), (8, -4), textcoords="offset points", fontsize=9)
    for (name, value), colour, style in zip((references or {}).items(), COLOURS[1:], ["-", ":"]):
        place.axvline(value, ls=style, color=colour, label=name)
    place.set(yticks=range(len(names)), yticklabels=names, xlabel=xlabel)
    if log:
        place.set_xscale("log")
        place.xaxis.set_major_formatter(plt.FuncFormatter(lambda value, _: f"{value:g}"))
        place.xaxis.set_minor_formatter(plt.NullFormatter())
    place.margins(x=0.15)
    place.set_ylim(len(names) - 0.4, -0.6)
    place.grid(axis="y", color="0.9")
    if references:
        figure.legend(loc="outside lower center", ncols=2, frameon=False)
    plt.show()


def confusion(counts: Tensor, classes: Sequence[str]) -> None:
    """Counts (classes, classes), true class down, predicted across; mistakes in colour."""
    counts = counts.cpu().numpy()
    mistakes = counts * (1 - np.eye(len(classes), dtype=counts.dtype))
    _, place = plt.subplots(figsize=(5, 4.6))
    place.imshow(mistakes, cmap="Oranges", vmin=0, vmax=max(2 * mistakes.max(), 1))
    for row, column in np.argwhere(counts):
        place.text(column, row, counts[row, column], ha="center", va="center", fontsize=9)
    place.set(xticks=range(len(classes)), yticks=range(len(classes)))
    place.set(xticklabels=classes, yticklabels=classes, xlabel="predicted", ylabel="true")
    if max(map(len, classes)) > 5:  # long names would run into each other
        place.tick_params(axis="x", rotation=90)
    plt.show()


def table(rows: Sequence[Mapping[str, object]]) -> None:
    """Print rows with their names as headings; numbers to the right, others to the left."""
    names = list(dict.fromkeys(name for row in rows for name in row))
    cells = [[_text(row.get(name, "")) for name in names] for row in rows]
    widths = [max(map(len, column)) for column in zip(names, *cells)]
    right = [all(not isinstance(row.get(name, 0), str) for row in rows) for name in names]
    for line in [names, *cells]:
        padded = (c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right))
        print("  ".join(padded).rstrip())


def _text(value: object) -> str:
    if isinstance(value, float):
        return f"{value:.4f}" if abs(value) < 10 else f"{value:.1f}"
    return f"{value:,}" if isinstance(value, int) else str(value)
