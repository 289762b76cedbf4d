"""Stand-in photographs of ten things: 32x32 colour pictures drawn by a program.

They take the place of CIFAR-10 where there is no network, with ten classes of their own.
A thing is a few plain parts, painted one over the other; every picture jitters the parts, chooses
the colours, turns, stretches, mirrors and places the thing, and puts it before a background with
clutter, sometimes half behind something. Colour and place say little. Its surface is plain, ribbed,
planked, chequered or speckled, and two classes share each of these textures, so that a model has to
learn shapes too.

What the stand-ins leave out: nothing was photographed. There is no view from behind or above, no
wrong label, and a class varies far less than the world's cats do.
Accuracies measured here say how models compare on these pictures; they are not CIFAR-10's.
"""

from collections.abc import Sequence

import numpy as np

SIDE = 32  # pixels
CHUNK = 500  # pictures drawn at once: bounds memory to some 50 MB

# How hard the pictures are.  Lengths are in pixels where not said otherwise.
SIZE, SHIFT = (10.5, 13.5), 2.8  # half the size of a thing; off the middle, at most
TURN, STRETCH, JITTER = 0.08, 0.08, 0.03  # radians; logarithm of the aspect; of each part, in sizes
CLUTTER, COVER = 2, 0.2  # most spots behind a thing; share of pictures with a bar before it
NOISE, CAST = 0.05, 0.12  # most noise, of full white; change of each colour by the light
GRAIN, WAVE = (0.3, 0.6), (4.0, 7.0)  # strength of a texture, of its colour; wave length

CLASSES = ["car", "lorry", "boat", "house", "tree", "mushroom", "flower", "fish", "bird", "cat"]

# Usual colours (red, green, blue), of which a picture takes one and changes it.
PAINT = [(0.8, 0.2, 0.2), (0.2, 0.4, 0.8), (0.9, 0.8, 0.3), (0.9, 0.9, 0.9), (0.3, 0.6, 0.4)]
LEAF = [(0.2, 0.5, 0.2), (0.4, 0.6, 0.2), (0.7, 0.5, 0.2)]
WOOD = [(0.4, 0.3, 0.2), (0.6, 0.5, 0.4)]
PETAL = [(0.9, 0.4, 0.6), (0.9, 0.8, 0.3), (0.6, 0.4, 0.8), (0.9, 0.9, 0.9), (0.8, 0.3, 0.2)]
FUR = [(0.3, 0.3, 0.3), (0.8, 0.6, 0.4), (0.5, 0.4, 0.3), (0.9, 0.9, 0.8), (0.4, 0.5, 0.7)]
DARK, GLASS = [(0.1, 0.1, 0.1)], [(0.7, 0.8, 0.9), (0.2, 0.3, 0.4)]
Colours = Sequence[tuple[float, float, float]]


class Canvas:
    """n pictures (n, 3, height, width) under the brush; x, y (n, height, width): a thing's units.

    In those the thing reaches from about -1 to 1; x runs to the right and y down. Where `label` is
    a number, what is painted gets it in `mask` (n, height, width).
    """

    def __init__(self, n: int, rng: np.random.Generator, shape: tuple[int, int] = (SIDE, SIDE)):
        self.n, self.rng, self.shape, self.scale = n, rng, shape, shape[0] / SIDE
        down, across = np.mgrid[: shape[0], : shape[1]].astype(np.float32)
        self.down, self.across = down - (shape[0] - 1) / 2, across - (shape[1] - 1) / 2
        self.picture = self.background()
        self.texture = np.zeros((n, *shape), np.float32)
        self.mask, self.label = np.zeros((n, *shape), np.uint8), None
        self.place()

    def background(self) -> np.ndarray:
        """A sky over a ground, or one wall, with soft waves; values (n, 3, height, width)."""
        upper, lower = self.rng.uniform(0.15, 0.95, (2, self.n, 3, 1, 1)).astype(np.float32)
        horizon = self.number(4, 6) * self.scale
        edge = np.exp(self.number(0.5, 1.5))  # a sharp line, or a soft passage
        ground = 1 / (1 + np.exp(np.clip(-edge * (self.down - horizon), -30, 30)))
        wave = np.sin(
            self.number(0, 0.35) * self.down
            + self.number(0, 0.35) * self.across
            + self.number(0, 3)
        )
        mixed = upper + (lower - upper) * ground[:, None]
        return mixed * (1 + 0.08 * wave[:, None])

    def place(self) -> None:
        """Draw a new size, turn, stretch and place for the next thing."""
        size = self.rng.uniform(*SIZE, (self.n, 1, 1)).astype(np.float32) * self.scale
        right, down = self.rng.uniform(-SHIFT, SHIFT, (2, self.n, 1, 1)).astype(np.float32)
        right, down = right * self.scale, down * self.scale
        turn, stretch = self.number(0, TURN), np.exp(self.number(0, STRETCH))
        mirror = self.rng.choice([-1, 1], (self.n, 1, 1)).astype(np.float32)
        x, y = self.across - right, self.down - down
        self.x = mirror * (x * np.cos(turn) + y * np.sin(turn)) / (size * stretch)
        self.y = (y * np.cos(turn) - x * np.sin(turn)) * stretch / size
        self.size = size

    def number(self, mean: float, spread: float = JITTER) -> np.ndarray:
        """A number for each picture (n, 1, 1), so that every one is a little different."""
        return (mean + spread * self.rng.standard_normal((self.n, 1, 1))).astype(np.float32)

    def colour(self, usual: Colours) -> np.ndarray:
        """One of the usual colours for each picture, changed a little; (n, 3)."""
        picked = np.array(usual)[self.rng.integers(0, len(usual), self.n)]
        return np.clip(picked + self.rng.normal(0, 0.12, picked.shape), 0, 1).astype(np.float32)

    def paint(self, distance: np.ndarray, colour: np.ndarray, shade: float = 0.25) -> None:
        """Paint where `distance` (n, height, width; the thing's units) is below 0; soft edges."""
        cover = np.clip(0.5 - distance * self.size, 0, 1)[:, None]
        if self.label is not None:
            self.mask[cover[:, 0] > 0.5] = self.label
        light = 1 - shade * np.clip(self.y + 0.3 * self.x, -1, 1)[:, None]  # from above
        light = light * (1 + self.texture[:, None])
        self.picture += cover * (colour[:, :, None, None] * light - self.picture)

    def surface(self, kind: str) -> None:
        """What the next things are made of: plain, ribs, planks, checks or specks."""
        wave = 2 * np.pi / self.rng.uniform(*WAVE, (2, self.n, 1, 1)).astype(np.float32)
        ribs, planks = np.sin(wave[0] * self.size * self.x), np.sin(wave[1] * self.size * self.y)
        specks = self.rng.standard_normal((self.n, *self.shape)).astype(np.float32)
        kinds = {"plain": 0, "ribs": ribs, "planks": planks, "checks": ribs * planks}
        strength = self.rng.uniform(*GRAIN, (self.n, 1, 1)).astype(np.float32)
        self.texture = strength * {**kinds, "specks": specks}[kind]

    # Signed distances: negative inside. Every number is jittered.
    def disc(self, x: float, y: float, wide: float, tall: float | None = None) -> np.ndarray:
        wide, tall = np.abs(self.number(wide)) + 0.05, np.abs(self.number(tall or wide)) + 0.05
        far = np.hypot((self.x - self.number(x)) / wide, (self.y - self.number(y)) / tall)
        return (far - 1) * np.minimum(wide, tall)

    def box(self, x: float, y: float, wide: float, tall: float) -> np.ndarray:
        across = np.abs(self.x - self.number(x)) - np.abs(self.number(wide, JITTER / 2))
        down = np.abs(self.y - self.number(y)) - np.abs(self.number(tall, JITTER / 2))
        return np.maximum(across, down)

    def polygon(self, *corners: tuple[float, float]) -> np.ndarray:
        """Convex, corners clockwise as seen."""
        points = [(self.number(x), self.number(y)) for x, y in corners]
        sides = []
        for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1]):
            across, down = x2 - x1, y2 - y1
            outside = (self.x - x1) * down - (self.y - y1) * across
            sides.append(outside / np.maximum(np.hypot(across, down), 0.05))
        return np.max(sides, axis=0)


def clutter(c: Canvas) -> None:
    """Spots and blocks of any colour, behind everything."""
    for i in range(CLUTTER):
        c.place()
        c.size = c.size * 0.6
        shape = (
            c.disc(c.number(0, 1), c.number(0, 1), 0.25, 0.25)
            if i % 2
            else c.box(c.number(0, 1), c.number(0, 1), 0.3, 0.12)
        )
        absent = c.rng.random((c.n, 1, 1)) < 0.4
        c.paint(np.where(absent, 9, shape), c.colour([*PAINT, *LEAF, *FUR]))
    c.place()


def cover(c: Canvas) -> None:
    """A bar before the thing, in some of the pictures."""
    c.place()
    absent = c.rng.random((c.n, 1, 1)) > COVER
    bar = np.abs(c.x * c.number(1, 0.5) + c.y * c.number(0, 0.5) - c.number(0, 0.7)) - 0.1
    c.paint(np.where(absent, 9, bar), c.colour([*WOOD, *LEAF, *PAINT]))


def car(c: Canvas) -> None:
    body = c.colour(PAINT)
    c.paint(c.polygon((-0.45, -0.4), (0.3, -0.4), (0.6, 0.05), (-0.7, 0.05)), body)
    c.paint(c.polygon((-0.35, -0.28), (0.2, -0.28), (0.4, 0.0), (-0.5, 0.0)), c.colour(GLASS))
    c.paint(c.box(0, 0.2, 1.0, 0.22), body)
    wheels(c, -0.55, 0.55)


def wheels(c: Canvas, *places: float) -> None:
    rubber, hub = c.colour(DARK), c.colour([(0.6, 0.6, 0.6)])
    for x in places:
        c.paint(c.disc(x, 0.45, 0.24), rubber)
        c.paint(c.disc(x, 0.45, 0.09), hub)


def lorry(c: Canvas) -> None:
    c.paint(c.box(-0.3, -0.2, 0.7, 0.55), c.colour(PAINT))
    c.paint(c.box(0.72, 0.05, 0.28, 0.32), c.colour(PAINT))
    c.paint(c.box(0.8, -0.08, 0.14, 0.12), c.colour(GLASS))
    wheels(c, -0.65, 0.65)


def boat(c: Canvas) -> None:
    c.paint(c.box(0, -0.2, 0.05, 0.7), c.colour(WOOD))
    c.paint(c.polygon((0.05, -0.9), (0.75, 0.2), (0.05, 0.2)), c.colour(PETAL))
    c.paint(c.polygon((-0.95, 0.3), (0.95, 0.3), (0.6, 0.75), (-0.6, 0.75)), c.colour(PAINT))


def house(c: Canvas) -> None:
    c.paint(c.box(0, 0.3, 0.7, 0.5), c.colour(PAINT + WOOD))
    c.paint(c.polygon((0, -0.85), (0.9, -0.1), (-0.9, -0.1)), c.colour(PAINT + WOOD))
    c.paint(c.box(-0.3, 0.45, 0.16, 0.34), c.colour(WOOD + DARK))
    c.paint(c.box(0.3, 0.2, 0.17, 0.15), c.colour(GLASS))


def tree(c: Canvas) -> None:
    c.paint(c.box(0, 0.6, 0.12, 0.4), c.colour(WOOD))
    crown, fir = c.disc(0, -0.25, 0.65, 0.6), c.polygon((0, -1), (0.65, 0.35), (-0.65, 0.35))
    c.paint(np.where(c.rng.random((c.n, 1, 1)) < 0.5, crown, fir), c.colour(LEAF))


def mushroom(c: Canvas) -> None:
    c.paint(c.box(0, 0.4, 0.2, 0.5), c.colour([(0.9, 0.9, 0.8), (0.8, 0.7, 0.6)]))
    cap = np.maximum(c.disc(0, 0.05, 0.85, 0.85), c.y - c.number(0.05))
    c.paint(cap, c.colour([*PAINT, *WOOD, *LEAF]))
    spots = c.colour([(0.95, 0.95, 0.9)])
    for x, y in ((-0.4, -0.2), (0.05, -0.45), (0.42, -0.15)):
        c.paint(c.disc(x, y, 0.13), spots)


def flower(c: Canvas) -> None:
    c.paint(c.box(0, 0.5, 0.06, 0.5), c.colour(LEAF))
    petal, turn = c.colour(PETAL), c.number(0, 0.6)
    for i in range(5):
        angle = turn + i * 2 * np.pi / 5
        x, y = 0.45 * np.cos(angle), 0.45 * np.sin(angle) - 0.25
        c.paint(np.hypot(c.x - x, c.y - y) - 0.28, petal)
    c.paint(c.disc(0, -0.25, 0.22), c.colour([(0.9, 0.7, 0.2), (0.4, 0.3, 0.2)]))


def fish(c: Canvas) -> None:
    skin = c.colour(PETAL + PAINT)
    c.paint(c.polygon((-0.95, -0.45), (-0.3, 0), (-0.95, 0.45)), skin)
    c.paint(c.polygon((-0.1, -0.7), (0.35, -0.25), (-0.35, -0.25)), skin)
    c.paint(c.disc(0.1, 0, 0.7, 0.4), skin)
    eye(c, 0.5, -0.08)


def eye(c: Canvas, x: float, y: float) -> None:
    c.paint(c.disc(x, y, 0.11), c.colour([(0.95, 0.95, 0.95)]))
    c.paint(c.disc(x, y, 0.04), c.colour(DARK))


def bird(c: Canvas) -> None:
    skin = c.colour(FUR + PAINT)
    leg = c.colour([(0.8, 0.5, 0.2)])
    c.paint(c.box(-0.1, 0.6, 0.05, 0.3), leg)
    c.paint(c.box(0.15, 0.6, 0.05, 0.3), leg)
    c.paint(c.polygon((-1, -0.2), (-0.4, 0), (-0.4, 0.3)), skin)
    c.paint(c.disc(-0.05, 0.1, 0.6, 0.38), skin)
    c.paint(c.polygon((0.7, -0.5), (1.0, -0.35), (0.7, -0.25)), leg)
    c.paint(c.disc(0.5, -0.4, 0.3), skin)
    eye(c, 0.58, -0.45)


def cat(c: Canvas) -> None:
    fur = c.colour(FUR)
    c.paint(c.polygon((-0.7, -0.95), (-0.15, -0.5), (-0.65, -0.1)), fur)
    c.paint(c.polygon((0.7, -0.95), (0.65, -0.1), (0.15, -0.5)), fur)
    c.paint(c.disc(0, 0.05, 0.72, 0.62), fur)
    eye(c, -0.3, -0.08)
    eye(c, 0.3, -0.08)
    c.paint(c.disc(0, 0.25, 0.1, 0.07), c.colour([(0.8, 0.4, 0.4)]))


THINGS = {
    car: "plain", lorry: "ribs", boat: "planks", house: "checks", tree: "specks",
    mushroom: "plain", flower: "ribs", fish: "checks", bird: "specks", cat: "planks",
}  # fmt: skip


def draw(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw `count` things: pictures (count, 3, 32, 32) uint8, and labels (count,).

    The classes are as even as they can be and in random order.  A seed gives the same bytes each
    time (on one machine: another one's arithmetic may round a value differently).
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 10).astype(np.uint8)
    pictures = np.empty((count, 3, SIDE, SIDE), np.uint8)
    for label, (thing, texture) in enumerate(THINGS.items()):
        mine = np.flatnonzero(labels == label)
        for ids in np.split(mine, range(CHUNK, len(mine), CHUNK)):
            if len(ids):
                pictures[ids] = _one_class(thing, texture, len(ids), rng)
    return pictures, labels


def _one_class(thing, texture: str, n: int, rng: np.random.Generator) -> np.ndarray:
    canvas = Canvas(n, rng)
    clutter(canvas)
    canvas.surface(texture)
    thing(canvas)
    canvas.surface("plain")
    cover(canvas)
    light = np.exp(rng.normal(0, CAST, (n, 3, 1, 1)) * 0.5 + rng.normal(0, CAST, (n, 1, 1, 1)))
    grain = rng.uniform(0, NOISE, (n, 1, 1, 1)) * rng.standard_normal(canvas.picture.shape)
    return np.rint(255 * np.clip(canvas.picture * light + grain, 0, 1)).astype(np.uint8)
