"""Stand-in photographs: 96x96 colour pictures full of detail, drawn by a program.

They take the place of Imagenette where there is no network. Ten kinds of surface, each a plain rule
with its own detail: bricks, tiles and windows have sharp regular edges, letters can be read, cloth
is woven, fur and grass are thin strokes, foliage and pebbles are many small things, planks have
grain. A picture shows one surface turned, bent, zoomed and lit, with its edge before a second
surface or a sky, a shadow between them and a little noise. Detail is what they are for: shrunk to a
quarter, strokes and letters are gone, and a network that has seen many can guess some of it.

What the stand-ins leave out: nothing was photographed. There are no faces, no animals, no depth of
field, and ten kinds of surface are few. Scores on them compare methods with each other.
"""

from pathlib import Path

import matplotlib
import numpy as np
from PIL import Image, ImageDraw, ImageFont

SIDE = 96  # pixels
CHUNK = 100  # pictures drawn at once: bounds memory to some 100 MB
QUALITY = 95  # of the JPEG files
ZOOM, TURN, BEND = (0.75, 1.6), 0.35, 2.5  # pixels a unit; radians; units, most that a line bends
NOISE, CAST = (
    0.012,
    0.15,
)  # deviation of the grain, of 1 = white; change of each colour by the light
LETTERS = "ABCDEFGHIJKLMNOPRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789&?"
Surface = tuple[np.ndarray, np.ndarray]  # share of the second colour, and brightness; (n, S, S)


class Place:
    """n surfaces under the brush: u to the right, v down, (n, SIDE, SIDE) in a surface's units."""

    def __init__(self, n: int, rng: np.random.Generator):
        self.n, self.rng = n, rng
        down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32) - SIDE / 2
        self.zoom, turn = self.number(*ZOOM), self.number(-TURN, TURN)
        right, low, bend = self.number(100, 200), self.number(100, 200), self.number(0, BEND)
        u = (across * np.cos(turn) + down * np.sin(turn)) / self.zoom + right
        v = (down * np.cos(turn) - across * np.sin(turn)) / self.zoom + low
        self.u = u + bend * np.sin(v * self.number(0.03, 0.08))
        self.v = v + bend * np.sin(u * self.number(0.03, 0.08))
        self.key = self.number(0, 100)

    def number(self, low: float, high: float) -> np.ndarray:
        """A number for each picture, (n, 1, 1)."""
        return self.rng.uniform(low, high, (self.n, 1, 1)).astype(np.float32)

    def chance(self, i: np.ndarray, j: np.ndarray, which: int = 0) -> np.ndarray:
        """For each cell (i, j) its own number from 0 to 1, always the same."""
        mixed = np.sin(i * 12.9898 + j * 78.233 + which * 37.719 + self.key) * 4375.85
        return mixed - np.floor(mixed)

    def noise(self, u: np.ndarray, v: np.ndarray, which: int = 0) -> np.ndarray:
        """Numbers from 0 to 1 at whole (u, v), smooth between them."""
        i, j = np.floor(u), np.floor(v)
        a, b = (t * t * (3 - 2 * t) for t in (u - i, v - j))
        rows = [
            (1 - a) * self.chance(i, row, which) + a * self.chance(i + 1, row, which)
            for row in (j, j + 1)
        ]
        return (1 - b) * rows[0] + b * rows[1]

    def cover(self, distance: np.ndarray) -> np.ndarray:
        """1 inside, where a distance in units is negative, 0 outside, and an edge of one pixel."""
        return np.clip(0.5 - distance * self.zoom, 0, 1)

    def around(self, size: float) -> list[tuple[np.ndarray, ...]]:
        """The nine cells about each place: (i, j), and (u, v) as seen from the cell's middle."""
        i, j = np.floor(self.u / size), np.floor(self.v / size)
        u, v = self.u - (i + 0.5) * size, self.v - (j + 0.5) * size
        steps = [(a, b) for b in (-1, 0, 1) for a in (-1, 0, 1)]
        return [(i + a, j + b, u - a * size, v - b * size) for a, b in steps]


def _more(chance: np.ndarray, times: int) -> np.ndarray:
    """Another number from 0 to 1 out of one: its later digits."""
    later = chance * (97 * times)
    return later - np.floor(later)


def bricks(p: Place) -> Surface:
    row = np.floor(p.v / 7)
    u = p.u + 8 * (row % 2)
    inside = np.minimum(8 - np.abs(u % 16 - 8), 3.5 - np.abs(p.v % 7 - 3.5))
    mortar = p.cover(inside - 0.5 - 0.5 * p.noise(p.u, p.v))
    tone = 0.65 + 0.4 * p.chance(u // 16, row) + 0.25 * p.noise(p.u * 1.7, p.v * 1.7, 1)
    return mortar, tone + 0.25 * mortar


def tiles(p: Place) -> Surface:
    row, v = np.floor(p.v / 8), p.v % 8
    u = p.u + 6 * (row % 2)
    hangs = np.hypot((u + 6) % 12 - 6, v) - 6  # the row above hangs into this one, in arcs
    upper = p.chance((u + 6) // 12, row - 1)
    tone = np.where(hangs < 0, upper, p.chance(u // 12, row))
    depth = np.where(hangs < 0, v + 8, v) / 16
    return 0.5 * tone, (0.5 + 0.6 * depth + 0.2 * tone) * (1 - 0.6 * p.cover(np.abs(hangs) - 0.45))


def windows(p: Place) -> Surface:
    u, v = p.u % 15 - 7.5, p.v % 19 - 9.5
    hole = np.maximum(np.abs(u) - 4.6, np.abs(v) - 6.4)
    pane = np.maximum(hole + 0.9, 0.45 - np.minimum(np.abs(u), np.abs(v + 2)))
    sill = np.maximum(np.abs(u) - 5.6, np.abs(v - 7.3) - 0.8)
    lit = p.chance(p.u // 15, p.v // 19) > 0.65
    glass = 0.25 + 0.2 * p.cover(u - v * 0.6 - 1) + 0.8 * lit
    wood = p.cover(np.minimum(hole, sill))
    wall = 0.75 + 0.2 * p.noise(p.u * 1.3, p.v * 1.3)
    light = wall + wood * (1.1 - wall)
    return wood, light + p.cover(pane) * (glass - light)


def letters(p: Place) -> Surface:
    row, column = np.floor(p.v / 15), np.floor(p.u / 9)
    which = p.chance(column, row)
    blank = (which > 0.85) | (p.chance(row, row, 1) < 0.1)
    glyphs = _glyphs()
    height, width = glyphs.shape[1:]
    y, x = (p.v % 15) / 15 * height - 0.5, (p.u % 9) / 9 * width - 0.5
    i, j = np.clip(np.floor(y), 0, height - 2), np.clip(np.floor(x), 0, width - 2)
    a, b = np.clip(x - j, 0, 1), np.clip(y - i, 0, 1)
    k = np.where(blank, 0, which / 0.85 * len(LETTERS)).astype(np.int32).clip(0, len(LETTERS) - 1)
    i, j = i.astype(np.int32), j.astype(np.int32)
    upper = (1 - a) * glyphs[k, i, j] + a * glyphs[k, i, j + 1]
    lower = (1 - a) * glyphs[k, i + 1, j] + a * glyphs[k, i + 1, j + 1]
    ink = np.where(blank, 0, (1 - b) * upper + b * lower)
    return ink, 0.9 + 0.12 * p.noise(p.u / 6, p.v / 6) - 0.1 * ink


def _glyphs() -> np.ndarray:
    """The letters as grey pictures from 0 to 1, (number, 40, 24)."""
    file = Path(matplotlib.get_data_path()) / "fonts/ttf/DejaVuSans-Bold.ttf"
    font, sheets = ImageFont.truetype(str(file), 28), []
    for letter in LETTERS:
        sheet = Image.new("L", (24, 40))
        ImageDraw.Draw(sheet).text((12, 30), letter, 255, font, anchor="ms")
        sheets.append(np.asarray(sheet, np.float32) / 255)
    return np.stack(sheets)


def cloth(p: Place) -> Surface:
    i, j = np.floor(p.u / 3), np.floor(p.v / 3)
    over = (i + j) % 2  # which of the two threads lies on top
    across, down = np.sin(np.pi * (p.u / 3 - i)), np.sin(np.pi * (p.v / 3 - j))
    stripes = np.where(over > 0, p.chance(i // 5, 0 * i), p.chance(j // 5, 0 * j, 1)) > 0.6
    return 0.85 * stripes, 0.45 + 0.6 * np.where(over > 0, across, down)


def planks(p: Place) -> Surface:
    row = np.floor(p.v / 13)
    joint = (p.u + 60 * p.chance(row, row)) % 70
    gap = np.minimum(6.5 - np.abs(p.v % 13 - 6.5), np.minimum(joint, 70 - joint))
    bend = 5 * p.noise(p.u / 22, p.v / 7 + 9 * row)
    grain = p.noise(p.u / 25, p.v * 1.1 + bend + 9 * row, 1)
    tone = 0.6 + 0.4 * p.chance(row, (p.u + 60 * p.chance(row, row)) // 70, 2)
    return 0.6 * grain, tone * (0.7 + 0.5 * grain) * (1 - 0.8 * p.cover(gap - 0.5))


def pebbles(p: Place) -> Surface:
    first = np.full(p.u.shape, 99, np.float32)
    second, tone = first.copy(), np.zeros_like(first)
    for i, j, u, v in p.around(9):
        far = np.hypot(u - 7 * (p.chance(i, j, 1) - 0.5), v - 7 * (p.chance(i, j, 2) - 0.5))
        tone = np.where(far < first, p.chance(i, j, 3), tone)
        second = np.minimum(second, np.maximum(first, far))
        first = np.minimum(first, far)
    gap = p.cover((second - first) / 2 - 0.7)
    dome = 1 - 0.5 * (first / 7) ** 2 + 0.15 * p.noise(p.u * 1.5, p.v * 1.5)
    return tone, (0.45 + 0.55 * tone) * dome * (1 - 0.75 * gap)


def foliage(p: Place) -> Surface:
    mix, light = np.full(p.u.shape, 0.3, np.float32), np.full(p.u.shape, 0.2, np.float32)
    for layer in range(3):
        p.u, p.v = p.u + 4.1, p.v + 2.7
        for i, j, u, v in p.around(10):
            chance = p.chance(i, j, layer)
            turn, right, low, tone, ripe = (_more(chance, k) for k in (1, 3, 7, 13, 29))
            cos, sin = np.cos(2 * np.pi * turn), np.sin(2 * np.pi * turn)
            u, v = u + 5 * right - 2.5, v + 5 * low - 2.5
            along, across = u * cos + v * sin, v * cos - u * sin
            leaf = p.cover((np.sqrt((along / 6) ** 2 + (across / 2.4) ** 2) - 1) * 2.4)
            vein = 1 + 0.3 * p.cover(np.abs(across) - 0.25)
            light += leaf * (
                (0.4 + 0.2 * layer) * (0.7 + 0.6 * tone + 0.03 * across) * vein - light
            )
            mix += leaf * (0.8 * ripe - mix)
    return mix, light


def fur(p: Place) -> Surface:
    sway = 6 * p.noise(p.u / 30, p.v / 30)
    across, along = p.u + sway + 0.15 * p.v, p.v
    clumps = p.noise(across / 7, along / 22)
    across = across + 5 * clumps
    hair = 0.6 * p.noise(across / 1.2, along / 16, 1) + 0.4 * p.noise(across / 0.7, along / 9, 2)
    patch = np.clip(6 * (p.noise(p.u / 26, p.v / 26, 3) + 0.5 * hair - 0.75), 0, 1)
    return 0.8 * patch, 0.25 + 0.7 * hair + 0.35 * clumps


def grass(p: Place) -> Surface:
    mix, light = np.full(p.u.shape, 0.2, np.float32), np.full(p.u.shape, 0.25, np.float32)
    for layer in range(9):
        row = np.floor((p.v + 7 * layer / 2) / 31)
        rise = 31 - (p.v + 7 * layer / 2) % 31  # how far above the foot of its row
        for step in (-1, 0, 1):
            i = np.floor(p.u / 3.2) + step
            chance = p.chance(i, row, layer)
            height, place, lean, tone, ripe = (_more(chance, k) for k in (1, 3, 7, 13, 29))
            t = rise / (12 + 18 * height)
            middle = (i + place) * 3.2 + (9 * lean - 4.5) * t * t
            blade = p.cover(np.abs(p.u - middle) - 1.1 * (1 - t)) * (t < 1)
            light += blade * ((0.45 + 0.6 * tone) * (0.4 + 0.6 * t) - light)
            mix += blade * (0.7 * ripe - mix)
    return mix, light


# Each kind with two usual colours (red, green, blue), which every picture changes.
KINDS = {
    bricks: ((0.65, 0.3, 0.22), (0.75, 0.72, 0.68)), tiles: ((0.7, 0.35, 0.25), (0.45, 0.4, 0.45)),
    windows: ((0.75, 0.68, 0.55), (0.92, 0.92, 0.9)), letters: ((0.95, 0.9, 0.8), (0.1, 0.1, 0.2)),
    cloth: ((0.75, 0.7, 0.65), (0.25, 0.3, 0.6)), planks: ((0.6, 0.42, 0.28), (0.8, 0.65, 0.45)),
    pebbles: ((0.55, 0.52, 0.5), (0.8, 0.74, 0.66)), foliage: ((0.2, 0.5, 0.2), (0.7, 0.75, 0.25)),
    fur: ((0.7, 0.55, 0.4), (0.9, 0.87, 0.82)), grass: ((0.3, 0.6, 0.2), (0.75, 0.75, 0.4)),
}  # fmt: skip
CLASSES = [kind.__name__ for kind in KINDS]


def draw(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw `count` pictures (count, 3, 96, 96) uint8, and their main kinds (count,).

    The kinds are as even as they can be and in random order. A seed gives the same bytes each time
    (on one machine: another one's arithmetic may round a value differently).
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % len(KINDS)).astype(np.uint8)
    surfaces, others = _surfaces(labels, rng), rng.permutation(count)
    pictures = np.empty(surfaces.shape, np.uint8)
    for ids in np.split(np.arange(count), range(CHUNK, count, CHUNK)):
        behind = surfaces[others[ids]]  # another picture's
        pictures[ids] = _compose(surfaces[ids], behind, rng)
    return pictures, labels


def write(where: Path, count: int, seed: int) -> None:
    """Draw pictures and write them as <where>/<kind>/<number>.jpg."""
    for number, (picture, label) in enumerate(zip(*draw(count, seed))):
        folder = where / CLASSES[label]
        folder.mkdir(parents=True, exist_ok=True)
        image = Image.fromarray(picture.transpose(1, 2, 0))
        image.save(folder / f"{number:04}.jpg", quality=QUALITY, subsampling=0)


def _surfaces(labels: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """A surface of its kind for each picture, in colour: (N, 3, SIDE, SIDE), about 0 to 1."""
    pictures = np.empty((len(labels), 3, SIDE, SIDE), np.float32)
    for label, (kind, usual) in enumerate(KINDS.items()):
        mine = np.flatnonzero(labels == label)
        for ids in np.split(mine, range(CHUNK, len(mine), CHUNK)):
            mix, light = kind(Place(len(ids), rng))
            changed = rng.normal(0, CAST, (len(ids), 2, 1)) + rng.normal(0, CAST, (len(ids), 2, 3))
            colours = np.array(usual) + 0.6 * changed
            one, other = colours.astype(np.float32)[:, :, :, None, None].swapaxes(0, 1)
            pictures[ids] = (one + (other - one) * mix[:, None]) * light[:, None]
    return pictures


def _compose(front: np.ndarray, back: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """The first surface before the second, or before a sky, with an edge, a shadow and light."""
    p = Place(len(front), rng)
    down, across = np.mgrid[:SIDE, :SIDE].astype(np.float32) - SIDE / 2
    x, y = across - p.number(-25, 25), down - p.number(-25, 25)
    turn = p.number(0, 2 * np.pi)
    straight = x * np.cos(turn) + y * np.sin(turn) - p.number(5, 30)
    disc = np.hypot(x, y) - p.number(25, 50)
    shape = np.where(p.number(0, 1) < 0.5, straight, disc)
    shape = np.where(p.number(0, 1) < 0.3, -99, shape)  # these show one surface only
    cover = np.clip(0.5 - shape, 0, 1)[:, None]
    shadow = 1 - 0.5 * np.exp(-np.clip(shape, 0, None) / 6)[:, None]
    sky = (0.75 + 0.15 * y / SIDE)[:, None] * np.array([0.9, 1.0, 1.15], np.float32)[:, None, None]
    back = np.where(p.number(0, 1)[:, None] < 0.25, sky, back)
    light = 1 + (p.number(-0.25, 0.25) * across + p.number(-0.25, 0.25) * down)[:, None] / SIDE
    made = (back * shadow + (front - back * shadow) * cover) * light
    made += NOISE * rng.standard_normal(made.shape, np.float32)
    return (255 * made).clip(0, 255).astype(np.uint8)
