"""Stand-in photographs of cats and dogs, 96x96, with the exact mask of every animal and its head.

They take the place of Dogs vs. Cats where there is no network. Both kinds share poses, colours,
sizes, places and backgrounds; what tells them apart is form: ears (a cat's stand up, most dogs'
hang), muzzle and nose, eyes, tail, the build of the body, and a coat that is rather tabby or rather
patched. Each single cue fails in some pictures: there are dogs with upright ears, plain coats, and
animals half behind something.

What the stand-ins leave out: nothing was photographed. There is one animal a picture, never from
behind or above, no breed, no hand that holds it, no wrong label. Accuracies measured here say how
models compare on these pictures; they are not those of Dogs vs. Cats.
"""

from pathlib import Path

import numpy as np
from PIL import Image

SIDE = 96  # pixels
CHUNK = 20  # pictures drawn at once: few enough for a processor's cache
CLASSES = ["cats", "dogs"]  # the real set's folders
BODY, HEAD = 1, 2  # values of a mask; 0 is everything else

# How hard the pictures are.
UNIT, PLACE = (24.0, 38.0), 25.0  # pixels a unit (an animal is about 2 tall); off the middle, most
TURN, JITTER, NOISE, CAST = 0.12, 0.035, 0.035, 0.1
UPRIGHT, TABBY, PATCHED, HIDDEN = 0.2, 0.6, 0.15, 0.2  # shares of pictures

# Four poses: sitting, standing, lying, portrait. x to the right, y down, the head to the right; a
# leg is a line from its shoulder to its paw.
BODY_AT = [(0, 0.3, 0.42, 0.6), (0, 0, 0.75, 0.34), (0, 0.3, 0.85, 0.32), (0, 0.75, 0.6, 0.55)]
HEAD_AT = [(0, -0.52), (0.78, -0.48), (0.72, -0.12), (0, -0.2)]
TAIL_AT = [(-0.35, 0.8), (-0.7, -0.12), (-0.8, 0.35), (-0.5, 0.9)]
YAW = [(0, 0.25), (0.75, 0.25), (0.5, 0.35), (0, 0.3)]  # where it looks: mean, spread
LEGS = [
    [(-0.18, 0.2, -0.2, 1), (-0.55, 0.1, -0.6, 0.9), (0.4, 0.5, 0.95, 0.56), (-0.3, 0.7, -0.3, 1)],
    [(0.18, 0.2, 0.2, 1), (-0.4, 0.1, -0.35, 0.9), (0.4, 0.56, 0.85, 0.62), (0.3, 0.7, 0.3, 1)],
    [(-0.3, 0.7, -0.5, 1), (0.4, 0.1, 0.36, 0.9), (-0.5, 0.5, -0.1, 0.6), (-0.3, 0.7, -0.3, 1)],
    [(0.3, 0.7, 0.5, 1), (0.55, 0.1, 0.6, 0.9), (-0.5, 0.5, -0.2, 0.6), (0.3, 0.7, 0.3, 1)],
]  # fmt: skip; a row a leg, a column a pose

# Colours (red, green, blue), of which a picture takes one and changes it.
FUR = [(0.25, 0.23, 0.22), (0.75, 0.55, 0.35), (0.5, 0.4, 0.32), (0.88, 0.85, 0.8)]
FUR += [(0.6, 0.6, 0.62), (0.7, 0.42, 0.2)]
WALL = [(0.75, 0.7, 0.6), (0.55, 0.65, 0.7), (0.7, 0.6, 0.62), (0.45, 0.55, 0.45)]
FLOOR = [(0.5, 0.38, 0.28), (0.35, 0.5, 0.25), (0.6, 0.58, 0.55), (0.55, 0.3, 0.3)]
THING = [(0.8, 0.25, 0.2), (0.2, 0.4, 0.75), (0.9, 0.8, 0.3), (0.3, 0.55, 0.3)]
THING += [(0.6, 0.4, 0.3), (0.85, 0.85, 0.85), (0.3, 0.3, 0.32)]
IRIS = [(0.75, 0.8, 0.3), (0.8, 0.65, 0.2), (0.45, 0.7, 0.55)]
DARK, PINK, BROWN = [(0.1, 0.08, 0.08)], [(0.8, 0.5, 0.5)], [(0.3, 0.2, 0.12)]
FAR = np.float32(9)  # units: a thing that is not there


class Canvas:
    """n pictures (n, 3, SIDE, SIDE) and masks (n, SIDE, SIDE) under the brush.

    x, y (n, SIDE, SIDE) are places in units of the thing that is painted: x right, y down.
    """

    def __init__(self, n: int, rng: np.random.Generator):
        self.n, self.rng = n, rng
        self.down, self.across = np.mgrid[:SIDE, :SIDE].astype(np.float32) - (SIDE - 1) / 2
        self.picture = np.zeros((n, 3, SIDE, SIDE), np.float32)
        self.mask = np.zeros((n, SIDE, SIDE), np.uint8)

    def place(self, right, down, unit, turn=0.0, mirror=1.0) -> None:
        """Where the next thing's origin is, in pixels off the middle, and how long its unit."""
        x, y = self.across - right, self.down - down
        self.x = mirror * (x * np.cos(turn) + y * np.sin(turn)) / unit
        self.y = (y * np.cos(turn) - x * np.sin(turn)) / unit
        self.unit = unit

    def number(self, mean=0.0, spread: float = JITTER) -> np.ndarray:
        """A number for each picture (n, 1, 1), so that every one is a little different."""
        return (mean + spread * self.rng.standard_normal((self.n, 1, 1))).astype(np.float32)

    def even(self, low: float, high: float) -> np.ndarray:
        return self.rng.uniform(low, high, (self.n, 1, 1)).astype(np.float32)

    def coin(self, share: float) -> np.ndarray:
        """True in about this share of the pictures; (n, 1, 1)."""
        return self.rng.random((self.n, 1, 1)) < share

    def colour(self, usual: list, spread: float = 0.03) -> np.ndarray:
        """One of the usual colours for each picture, changed a little; (n, 3, 1, 1)."""
        picked = np.array(usual)[self.rng.integers(0, len(usual), self.n)]
        picked = (
            picked + self.rng.normal(0, spread, picked.shape) + self.number(0, 2 * spread)[..., 0]
        )
        return np.clip(picked, 0, 1).astype(np.float32)[..., None, None]

    def noise(self, cell: int) -> np.ndarray:
        """Soft random hills about `cell` pixels wide, values about -1 to 1; (n, SIDE, SIDE)."""
        coarse = self.rng.standard_normal((self.n, SIDE // cell + 2, SIDE // cell + 2), np.float32)
        steps = np.arange(SIDE) / cell
        low, part = steps.astype(int), (steps % 1).astype(np.float32)
        part = part * part * (3 - 2 * part)
        rows = coarse[:, low] * (1 - part[:, None]) + coarse[:, low + 1] * part[:, None]
        return rows[:, :, low] * (1 - part) + rows[:, :, low + 1] * part

    def paint(self, distance: np.ndarray, colour: np.ndarray, value: int | None = None) -> None:
        """Paint where `distance` (n, SIDE, SIDE, in units) is below 0; soft edges.

        `value` goes into the mask; None leaves the mask as it is.
        """
        cover = np.clip(0.5 - distance * self.unit, 0, 1)
        self.picture += cover[:, None] * (colour - self.picture)
        if value is not None:
            self.mask[cover > 0.5] = value

    # Signed distances in units: negative inside.
    def ellipse(self, x, y, wide, tall, turn=0.0) -> np.ndarray:
        right, down = self.x - x, self.y - y
        along = right * np.cos(turn) + down * np.sin(turn)
        across = down * np.cos(turn) - right * np.sin(turn)
        return (length(along / wide, across / tall) - 1) * np.minimum(wide, tall)

    def line(self, x1, y1, x2, y2, thick) -> np.ndarray:
        """A round-ended stroke; `thick` is half its width."""
        right, down = x2 - x1, y2 - y1
        part = (self.x - x1) * right + (self.y - y1) * down
        part = np.clip(part / (right * right + down * down + 1e-4), 0, 1)
        return length(self.x - x1 - part * right, self.y - y1 - part * down) - thick

    def triangle(self, *corners) -> np.ndarray:
        """Three corners (x, y), clockwise as seen."""
        sides = []
        for (x1, y1), (x2, y2) in zip(corners, corners[1:] + corners[:1]):
            outside = (self.x - x1) * (y2 - y1) - (self.y - y1) * (x2 - x1)
            sides.append(outside / np.maximum(length(x2 - x1, y2 - y1), 0.02))
        return np.max(sides, axis=0)


def length(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    return np.sqrt(x * x + y * y)  # several times as fast as np.hypot


def either(which: np.ndarray, yes: float, no: float) -> np.ndarray:
    return np.where(which, yes, no).astype(np.float32)


def background(c: Canvas) -> None:
    """A wall over a floor, stripes on one of them, clutter of any colour, soft hills of light."""
    horizon, soft = c.number(8, 14), np.exp(c.number(0.5, 1.0))
    ground = 1 / (1 + np.exp(np.clip(-soft * (c.down - horizon), -30, 30)))
    wave = np.sin(c.number(0, 0.5) * c.across + c.number(0, 0.3) * c.down + c.number(0, 3))
    pattern = 1 + 0.12 * np.where(c.coin(0.5), wave, c.noise(4))
    wall, floor = c.colour(WALL), c.colour(FLOOR)
    c.picture = wall + (floor - wall) * ground[:, None]
    c.picture *= (pattern * (1 + 0.1 * c.noise(24)))[:, None]
    kinds = (
        lambda: c.ellipse(0, 0, c.even(0.5, 1.2), np.float32(0.8)),
        lambda: np.maximum(abs(c.x), abs(c.y)) - 0.8,
        lambda: c.triangle((0, -1.4), (c.even(0.3, 1), 0.6), (c.even(-1, -0.3), 0.6)),
        lambda: c.line(-1, 0, c.even(0, 2), c.even(-1, 1), 0.15),
    )
    for kind in kinds:
        c.place(c.number(0, 26), c.number(10, 24), c.even(7, 15), c.number(0, 0.5))
        c.paint(np.where(c.coin(0.5), FAR, kind()), thing(c))


def thing(c: Canvas) -> np.ndarray:
    """What clutter is made of: any colour, some of it striped; (n, 3, SIDE, SIDE)."""
    stripes = 1 + 0.3 * np.sin(c.even(5, 12) * c.x) * c.coin(0.4)
    return c.colour(THING) * stripes[:, None]


def coat(c: Canvas, dog: np.ndarray) -> np.ndarray:
    """Fur: one colour, or a second one in tabby stripes or in patches; (n, 3, SIDE, SIDE)."""
    first, second, die = c.colour(FUR), c.colour(FUR), c.even(0, 1)
    tabby, patched = either(dog, PATCHED, TABBY), either(dog, TABBY, PATCHED)
    bend = c.even(8, 14) * (c.x + 0.3 * np.sin(3 * c.y + c.number(0, 2)))
    stripes = np.clip(2 * np.sin(bend) - 0.6, 0, 1) * c.even(0.5, 0.9)
    patches = np.clip(4 * c.noise(14), 0, 1)
    mix = np.where(die < tabby, stripes, np.where(die < tabby + patched, patches, 0))
    dark = np.where((die < tabby)[:, None], 0.45 * first, second)  # stripes are darker fur
    shade = 1 - 0.22 * np.clip(c.y + 0.3 * c.x, -1, 1) + 0.05 * c.noise(2)  # light from above
    return (first + (dark - first) * mix[:, None]) * shade[:, None]


def animal(c: Canvas, dog: np.ndarray) -> None:
    """A cat, or where `dog` (n, 1, 1) is true a dog, in one of the poses."""
    pose = c.rng.choice(4, c.n, p=[0.3, 0.3, 0.2, 0.2])
    near = either(pose == 3, 1.35, 1.0)[:, None, None]
    unit = c.even(*UNIT) * near
    room = np.maximum(PLACE - 0.3 * (unit - UNIT[0]), 4)
    mirror = either(c.coin(0.5), 1, -1)
    c.place(c.even(-1, 1) * room * 1.25, c.even(-1, 1) * room, unit, c.number(0, TURN), mirror)

    def numbers(table: list) -> np.ndarray:
        rows = np.array(table, np.float32)[pose]
        return rows.T[..., None, None]  # (numbers, n, 1, 1)

    fur = coat(c, dog)
    tail(c, dog, fur, *numbers(TAIL_AT))
    thick = either(dog, 0.12, 0.09)
    for leg in LEGS:
        x1, y1, x2, y2 = numbers(leg)
        c.paint(c.line(x1, y1, c.number(x2), c.number(y2), c.number(thick, 0.01)), 0.92 * fur, BODY)
    x, y, wide, tall = numbers(BODY_AT)
    deep = either(dog, 1.08, 0.95) * c.number(1, 0.06)
    c.paint(c.ellipse(x, y, wide * c.number(1, 0.06), tall * deep), fur, BODY)
    (hx, hy), (mean, spread) = numbers(HEAD_AT), numbers(YAW)
    hx, hy = c.number(hx, 0.06), c.number(hy, 0.06)
    c.paint(c.line(hx * 0.8, hy * 0.8 + 0.1, x + 0.6 * (hx - x), y, 0.24), fur, BODY)  # neck
    yaw = np.clip(mean + spread * c.number(0, 1), -1, 1)
    head(c, dog, fur, hx, hy, yaw, near)


def tail(c: Canvas, dog, fur, x, y) -> None:
    """A cat's: long, thin and bent; a dog's: shorter, thicker, rather up."""
    long, thick = either(dog, c.even(0.3, 0.5), c.even(0.6, 0.9)), either(dog, 0.085, 0.06)
    turn = c.number(either(dog, 2.1, 2.7), 0.45)
    for _ in range(3):
        x2, y2 = x + long / 2 * np.cos(turn), y - long / 2 * np.sin(turn)
        c.paint(c.line(x, y, x2, y2, thick), fur, BODY)
        x, y, turn = x2, y2, turn - either(dog, c.number(0.2, 0.2), c.number(0.8, 0.5))
        long = either(dog, 0.5 * long, long * 0.9)


def head(c: Canvas, dog, fur, x, y, yaw, near) -> None:
    """Ears, skull, muzzle, nose and eyes at (x, y), looking to the right by yaw (-1 to 1)."""
    inside, upright = c.colour(PINK), ~dog | c.coin(UPRIGHT)
    size = 1.25 * near**-0.3 * c.number(1, 0.06)
    darker = either(c.coin(0.5), 0.75, 1.0)[:, None] * fur
    wide, tall = size * either(dog, 0.33, 0.39), size * either(dog, 0.38, 0.33)
    flaps = []
    for side in (-1, 1):
        base, tip = x + side * 0.22 * size - 0.08 * yaw, c.number(0.62, 0.05) * size
        out, low = x + side * size * c.number(0.36) - 0.08 * yaw, y - 0.12
        ear = c.triangle((base - 0.17, low), (out, y - tip), (base + 0.17, low))
        c.paint(np.where(upright, ear, FAR), darker, HEAD)
        c.paint(np.where(upright, ear + 0.07, FAR), inside)
        right, lean = x + side * (wide + 0.02) - 0.1 * yaw, -side * c.number(0.25, 0.12)
        flap = c.ellipse(right, y + 0.08, 0.13 * size, size * c.number(0.32), lean)
        flaps.append(np.where(upright, FAR, flap))
    c.paint(c.ellipse(x, y, wide, tall), fur, HEAD)
    for flap in flaps:  # before the skull
        c.paint(flap, 0.8 * darker, HEAD)
    reach = either(dog, 0.34, 0.1) * yaw * size
    light = np.clip(fur + either(c.coin(0.6), 0.18, 0.0)[:, None], 0, 1)
    long = size * either(dog, 0.2, 0.17) + 0.5 * abs(reach)
    muzzle = c.ellipse(x + reach, y + 0.17 * size, long, size * either(dog, 0.17, 0.11))
    c.paint(muzzle, light, HEAD)
    nose = np.where(dog[:, None], c.colour(DARK), c.colour(PINK + DARK))
    broad = size * either(dog, 0.085, 0.045)
    tip = x + reach * either(dog, 2.1, 1.3)
    c.paint(c.ellipse(tip, y + 0.1 * size, broad, 0.77 * broad), nose, HEAD)
    iris = np.where(dog[:, None], c.colour(BROWN), c.colour(IRIS))
    pupil, radius = c.colour(DARK, 0.02), size * either(dog, 0.055, 0.085)
    for side in (-1, 1):
        right, down = x + size * (side * 0.16 + 0.1 * yaw), y - size * either(dog, 0.08, 0.03)
        c.paint(c.ellipse(right, down, radius, radius), iris)
        c.paint(c.ellipse(right, down, radius * either(dog, 0.6, 0.35), 0.8 * radius), pupil)


def cover(c: Canvas) -> None:
    """Something before the animal, in some of the pictures; there the mask ends."""
    c.place(c.number(0, 20), c.number(12, 16), c.even(7, 13), c.number(0, 0.6))
    bar, block = c.line(-4, 0, 4, 0, 0.35), np.maximum(abs(c.x), abs(c.y)) - 0.9
    shape = np.where(c.coin(0.5), bar, block)
    c.paint(np.where(c.coin(HIDDEN), shape, FAR), thing(c), 0)


def draw(count: int, seed: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Draw `count` animals: pictures (count, 3, 96, 96) uint8, labels (count,), masks.

    Labels: 0 cat, 1 dog, in turn. Masks (count, 96, 96) uint8: 0 outside, 1 body, 2 head. A seed
    gives the same bytes each time (on one machine: another one's arithmetic may round differently).
    """
    rng = np.random.default_rng(seed)
    labels = (np.arange(count) % 2).astype(np.uint8)
    pictures = np.empty((count, 3, SIDE, SIDE), np.uint8)
    masks = np.empty((count, SIDE, SIDE), np.uint8)
    for start in range(0, count, CHUNK):
        mine = slice(start, min(start + CHUNK, count))
        c = Canvas(len(labels[mine]), rng)
        background(c)
        animal(c, labels[mine, None, None] == 1)
        cover(c)
        light = np.exp(c.number(0, CAST)[:, None] + 0.5 * rng.normal(0, CAST, (c.n, 3, 1, 1)))
        grain = c.even(0, NOISE)[:, None] * rng.standard_normal(c.picture.shape, np.float32)
        pictures[mine] = np.rint(255 * np.clip(c.picture * light + grain, 0, 1))
        masks[mine] = c.mask
    return pictures, labels, masks


def write(folder: Path, part: str, count: int, seed: int) -> None:
    """Draw and save in the real set's layout (part/cats/cat.0.jpg); masks in masks/part/cats."""
    pictures, labels, masks = draw(count, seed)
    for number, (picture, label, mask) in enumerate(zip(pictures, labels, masks)):
        kind = CLASSES[label]
        name = f"{kind[:-1]}.{number // 2}"
        place, beside = folder / part / kind, folder / "masks" / part / kind
        place.mkdir(parents=True, exist_ok=True)
        beside.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture.transpose(1, 2, 0)).save(place / f"{name}.jpg", quality=92)
        Image.fromarray(mask).save(beside / f"{name}.png")
