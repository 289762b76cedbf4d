"""Stand-in paintings: three manners of filling a canvas, drawn by a program.

They take the place of paintings where none are at hand: strokes that follow a current, as in a
stormy sky; dots of pure colour laid side by side; and woven bands. Each has few colours and one
kind of mark all over, so that a network that takes over its style can be told by eye. What they
leave out: a painting is *of* something, and these are of nothing.
"""

from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

SIDE, FINER = 256, 2  # pixels of the files; drawn that much larger, then reduced, for soft edges
QUALITY = 95  # of the JPEG files
NIGHT = [(20, 30, 90), (40, 80, 160), (120, 170, 210), (240, 210, 90), (250, 245, 220)]
MEADOW = [(200, 60, 50), (240, 170, 60), (90, 150, 70), (40, 90, 120), (250, 240, 200)]
CLOTH = [(120, 30, 40), (220, 200, 160), (40, 60, 70), (190, 110, 50)]


def strokes(rng: np.random.Generator) -> Image.Image:
    """Short curved strokes along a current with two whirls."""
    side = SIDE * FINER
    image = Image.new("RGB", (side, side), NIGHT[0])
    brush, whirls = ImageDraw.Draw(image), rng.uniform(0.2, 0.8, (2, 2)) * side
    for _ in range(2600):
        x, y = rng.uniform(0, side, 2)
        near = min(np.hypot(x - a, y - b) for a, b in whirls) / side
        light = np.clip(4.2 - 9 * near + rng.normal(0, 1.1), 0, len(NIGHT) - 1)
        path = [(x, y)]
        for _ in range(7):
            turns = [(y - b, a - x, np.hypot(x - a, y - b) + 20) for a, b in whirls]
            dx, dy = (sum(turn[i] / turn[2] ** 1.5 for turn in turns) for i in (0, 1))
            step = 5 * FINER / (np.hypot(dx, dy) + 1e-9)
            x, y = x + step * dx, y + step * dy
            path.append((x, y))
        brush.line(path, NIGHT[round(light)], width=4 * FINER, joint="curve")
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def dots(rng: np.random.Generator) -> Image.Image:
    """Round dots of pure colour, the colour by a slow wave and by chance."""
    side = SIDE * FINER
    image = Image.new("RGB", (side, side), MEADOW[-1])
    brush, phase = ImageDraw.Draw(image), rng.uniform(0, 6, 2)
    for _ in range(7000):
        x, y, radius = *rng.uniform(0, side, 2), rng.uniform(2.5, 4.5) * FINER
        wave = np.sin(x / side * 5 + phase[0]) + np.cos(y / side * 6 + phase[1])
        colour = int(np.clip(wave + 2 + rng.normal(0, 0.9), 0, len(MEADOW) - 1))
        brush.ellipse((x - radius, y - radius, x + radius, y + radius), MEADOW[colour])
    return image.resize((SIDE, SIDE), Image.Resampling.LANCZOS)


def weave(rng: np.random.Generator) -> Image.Image:
    """Bands that pass over and under each other."""
    v, u = np.mgrid[:SIDE, :SIDE] / 8
    colours = np.array(CLOTH)
    across, down = (colours[rng.integers(0, len(CLOTH), 32)] for _ in range(2))
    over = (np.floor(u) + np.floor(v)) % 2 > 0
    band = np.where(over[..., None], down[np.floor(u).astype(int)], across[np.floor(v).astype(int)])
    light = 0.55 + 0.5 * np.sin(np.pi * np.where(over, u % 1, v % 1))
    picture = band * light[..., None] + rng.normal(0, 6, (SIDE, SIDE, 1))
    return Image.fromarray(picture.clip(0, 255).astype(np.uint8))


def write(where: Path, seed: int) -> None:
    """Draw each manner once, as <where>/<name>.jpg."""
    where.mkdir(parents=True, exist_ok=True)
    for number, manner in enumerate((strokes, dots, weave)):
        image = manner(np.random.default_rng([seed, number]))
        image.save(where / f"{manner.__name__}.jpg", quality=QUALITY, subsampling=0)
