"""More things to draw: what streets are made of, animals' heads, plain shapes and surfaces.

`tools/pretrain.py` trains the small encoder to name them, as ImageNet's classes name what later
tasks look for. `streets` puts some of them into scenes. Units as in `objects`: a thing reaches from
about -1 to 1, x to the right, y down.
"""

import numpy as np

from helpers.standins import objects
from helpers.standins.objects import DARK, FUR, GLASS, LEAF, PAINT, WOOD, Canvas, eye, wheels

SKIN = [(0.85, 0.65, 0.5), (0.5, 0.35, 0.25), (0.95, 0.8, 0.7)]
STONE = [(0.6, 0.55, 0.5), (0.45, 0.35, 0.3), (0.7, 0.6, 0.45), (0.5, 0.5, 0.55)]
METAL = [(0.5, 0.5, 0.5), (0.3, 0.3, 0.3), (0.65, 0.65, 0.6)]
SIGNS = [(0.8, 0.15, 0.15), (0.15, 0.3, 0.75), (0.9, 0.8, 0.2), (0.9, 0.9, 0.9)]


def car_ahead(c: Canvas) -> None:
    """A car from the front or from behind."""
    body = c.colour(PAINT + METAL)
    c.paint(c.polygon((-0.55, -0.55), (0.55, -0.55), (0.75, 0.0), (-0.75, 0.0)), body)
    c.paint(c.polygon((-0.45, -0.45), (0.45, -0.45), (0.6, -0.05), (-0.6, -0.05)), c.colour(GLASS))
    rubber = c.colour(DARK)
    for side in (-1, 1):
        c.paint(c.box(0.65 * side, 0.55, 0.14, 0.2), rubber)
    c.paint(c.box(0, 0.22, 0.85, 0.28), body)
    lights = c.colour([(0.9, 0.2, 0.1), (0.95, 0.95, 0.8)])
    for side in (-1, 1):
        c.paint(c.box(0.65 * side, 0.15, 0.13, 0.08), lights)
    c.paint(c.box(0, 0.38, 0.2, 0.06), c.colour([(0.9, 0.9, 0.8)]))


def car_aside(c: Canvas) -> None:
    """A car from the side."""
    body = c.colour(PAINT + METAL)
    c.paint(c.polygon((-0.5, -0.4), (0.3, -0.4), (0.6, 0.05), (-0.75, 0.05)), body)
    c.paint(c.polygon((-0.4, -0.3), (-0.1, -0.3), (-0.1, 0.02), (-0.58, 0.02)), c.colour(GLASS))
    c.paint(c.polygon((-0.02, -0.3), (0.24, -0.3), (0.44, 0.02), (-0.02, 0.02)), c.colour(GLASS))
    c.paint(c.box(0, 0.2, 1.0, 0.22), body)
    wheels(c, -0.58, 0.58)


def person(c: Canvas) -> None:
    """Somebody who stands or walks."""
    trousers, coat = c.colour(PAINT + FUR + DARK), c.colour(PAINT + FUR + WOOD)
    step = np.abs(c.number(0.08, 0.08))
    c.paint(np.abs(c.x + step * (1 + c.y)) - 0.09 + 9 * (np.abs(c.y - 0.5) > 0.48), trousers)
    c.paint(np.abs(c.x - step * (1 + c.y)) - 0.09 + 9 * (np.abs(c.y - 0.5) > 0.48), trousers)
    c.paint(c.box(0, -0.2, 0.23, 0.36), coat)
    c.paint(c.disc(0, -0.75, 0.16, 0.19), c.colour(SKIN))
    c.paint(np.maximum(c.disc(0, -0.78, 0.17, 0.2), c.y + 0.78), c.colour(FUR + DARK))


def cyclist(c: Canvas) -> None:
    """Somebody on a bicycle, from the side."""
    rubber, frame = c.colour(DARK), c.colour(PAINT)
    for x in (-0.5, 0.5):
        c.paint(np.abs(c.disc(x, 0.6, 0.36)) - 0.05, rubber)
    c.paint(np.abs(c.y - 0.5 - 0.4 * c.x) - 0.05 + 9 * (np.abs(c.x) > 0.45), frame)
    c.paint(np.abs(c.y - 0.35 + 0.3 * c.x) - 0.05 + 9 * (np.abs(c.x) > 0.5), frame)
    c.paint(c.box(-0.05, 0.25, 0.12, 0.35), c.colour(FUR + DARK))
    c.paint(c.polygon((-0.2, -0.5), (0.15, -0.5), (0.1, 0.05), (-0.25, 0.05)), c.colour(PAINT))
    c.paint(c.box(0.22, -0.2, 0.22, 0.07), c.colour(SKIN))
    c.paint(c.disc(0.05, -0.72, 0.17, 0.2), c.colour(SKIN + DARK))


def leafy(c: Canvas) -> None:
    """A tree: a trunk and a crown of several discs."""
    c.paint(c.box(0, 0.55, 0.08, 0.45), c.colour(WOOD))
    leaves = c.colour(LEAF)
    discs = [c.disc(x, y, 0.42) for x, y in ((0, -0.6), (-0.4, -0.25), (0.4, -0.25), (0, -0.05))]
    c.paint(np.min(discs, axis=0), leaves)


def pole(c: Canvas) -> None:
    """A lamp post."""
    metal = c.colour(METAL + WOOD)
    c.paint(c.box(0, 0, 0.06, 1.0), metal)
    c.paint(c.box(0.16, -0.95, 0.2, 0.05), metal)


def sign(c: Canvas) -> None:
    """A plate on a post: round, square or three-cornered."""
    c.paint(c.box(0, 0.35, 0.05, 0.65), c.colour(METAL))
    kind, plate = c.rng.integers(0, 3, (c.n, 1, 1)), c.colour(SIGNS)
    corner = c.polygon((0, -1.0), (0.38, -0.3), (-0.38, -0.3))
    shape = np.choose(kind, [c.disc(0, -0.6, 0.36), c.box(0, -0.6, 0.32, 0.32), corner])
    c.paint(shape, plate)
    c.paint(shape + 0.12, c.colour(SIGNS))


def fence(c: Canvas) -> None:
    """Upright bars between two rails; what is behind shows through."""
    bars = np.abs((c.x / 0.22 - c.number(0, 0.3)) % 1 - 0.5) * 0.22 - 0.045
    inside = np.abs(c.y - 0.3) - 0.6
    metal = c.colour(METAL + WOOD)
    c.paint(np.maximum(bars, inside), metal)
    for y in (-0.2, 0.75):
        c.paint(np.maximum(np.abs(c.y - y) - 0.05, inside), metal)


def front(c: Canvas) -> None:
    """The front of a house that fills the picture, with rows of windows."""
    c.paint(c.box(0, 0, 1.5, 1.5), c.colour(STONE + PAINT))
    wide, tall = np.abs(c.number(0.55, 0.1)) + 0.15, np.abs(c.number(0.7, 0.1)) + 0.15
    across = np.abs((c.x / wide) % 1 - 0.5) * wide - 0.27 * wide
    down = np.abs((c.y / tall) % 1 - 0.5) * tall - 0.3 * tall
    window = np.maximum(across, down)
    c.paint(window - 0.04, c.colour([(0.9, 0.9, 0.85), *WOOD]))
    c.paint(window, c.colour(GLASS + DARK))


def _head(c: Canvas, wide: float, tall: float) -> np.ndarray:
    fur = c.colour(FUR + WOOD)
    c.paint(c.disc(0, 0.1, wide, tall), fur)
    return fur


def _face(c: Canvas, nose: float = 0.1) -> None:
    eye(c, -0.28, -0.05)
    eye(c, 0.28, -0.05)
    c.paint(c.disc(0, 0.3, nose, 0.08), c.colour(DARK + [(0.8, 0.4, 0.4)]))


def pointed_ears(c: Canvas) -> None:
    objects.cat(c)


def hanging_ears(c: Canvas) -> None:
    fur = _head(c, 0.55, 0.65)
    for side in (-1, 1):
        c.paint(c.disc(0.62 * side, 0.05, 0.2, 0.55), fur * 0.7)
    c.paint(c.disc(0, 0.42, 0.32, 0.28), fur * 0.5 + 0.45)
    _face(c, 0.14)


def long_ears(c: Canvas) -> None:
    fur = _head(c, 0.5, 0.55)
    for side in (-1, 1):
        c.paint(c.disc(0.24 * side, -0.7, 0.14, 0.45), fur)
    _face(c, 0.07)


def round_ears(c: Canvas) -> None:
    fur = c.colour(FUR + WOOD)
    for side in (-1, 1):
        c.paint(c.disc(0.55 * side, -0.5, 0.27), fur)
    c.paint(c.disc(0, 0.1, 0.75, 0.68), fur)
    c.paint(c.disc(0, 0.38, 0.34, 0.26), fur * 0.5 + 0.4)
    _face(c, 0.12)


def horned(c: Canvas) -> None:
    horn = c.colour([(0.9, 0.85, 0.7), (0.3, 0.3, 0.3)])
    for side in (-1, 1):
        points = [(0.2, -0.3), (0.8, -0.95), (0.5, -0.2)]
        c.paint(
            c.polygon(*[(side * x, y) for x, y in (points if side > 0 else points[::-1])]), horn
        )
    fur = _head(c, 0.5, 0.7)
    c.paint(c.disc(0, 0.55, 0.36, 0.3), fur * 0.5 + 0.3)
    _face(c)


def ring(c: Canvas) -> None:
    c.paint(np.abs(c.disc(0, 0, 0.7)) - 0.14, c.colour(PAINT + LEAF))


def block(c: Canvas) -> None:
    c.paint(c.box(0, 0, 0.8, 0.6), c.colour(PAINT + LEAF))


def triangle(c: Canvas) -> None:
    c.paint(c.polygon((0, -0.8), (0.85, 0.7), (-0.85, 0.7)), c.colour(PAINT + LEAF))


def cross(c: Canvas) -> None:
    shape = np.minimum(c.box(0, 0, 0.85, 0.22), c.box(0, 0, 0.22, 0.85))
    c.paint(shape, c.colour(PAINT + LEAF))


def full(c: Canvas) -> None:
    """Nothing but a surface."""
    c.paint(c.box(0, 0, 3, 3), c.colour(PAINT + LEAF + STONE))


STREET = [car_ahead, car_aside, objects.lorry, person, cyclist, leafy, pole, sign, fence, front]
ANIMALS = [pointed_ears, hanging_ears, long_ears, round_ears, horned, objects.bird, objects.fish]
OTHERS = [objects.boat, objects.house, objects.mushroom, objects.flower]
OTHERS += [ring, block, triangle, cross]
SURFACES = ["plain", "ribs", "planks", "checks", "specks"]
THINGS = [*STREET, *ANIMALS, *OTHERS]
CLASSES = [thing.__name__ for thing in THINGS] + [f"only {surface}" for surface in SURFACES]
