"""Stand-in street scenes with exact masks, in the formats of CamVid.

They take the place of CamVid where there is no network. A road runs to a vanishing point, with
pavements, house fronts in blocks, and things that stand, walk and drive there in perspective, the
far ones first, so that near ones hide them. Light, colours and grain change from scene to scene.

What the stand-ins leave out: nothing was photographed, every scene is a straight street by day, no
two frames follow each other, and a mask's outline is exact, where a person's hand rounds it off.
"""

import copy
from collections.abc import Callable
from pathlib import Path

import numpy as np
from PIL import Image

from helpers.standins import objects, things
from helpers.standins.objects import PAINT, Canvas

# The twelve classes of the SegNet edition, in its order.
CLASSES = [
    "Sky", "Building", "Pole", "Road", "Pavement", "Tree",
    "SignSymbol", "Fence", "Car", "Pedestrian", "Bicyclist", "Unlabelled",
]  # fmt: skip
SKY, BUILDING, POLE, ROAD, PAVEMENT, TREE, SIGN, FENCE, CAR, PERSON, CYCLIST, VOID = range(12)
SHAPE = (96, 128)  # pixels
ROADWAY, KERB = 3.0, 5.0  # metres from the middle of the road to its edge, and to the houses
EYE = 1.6  # metres from the road to the camera
ASPHALT = [(0.35, 0.35, 0.37), (0.45, 0.43, 0.42), (0.3, 0.3, 0.33)]
SLABS = [(0.55, 0.53, 0.5), (0.45, 0.42, 0.4), (0.5, 0.5, 0.52)]
AIR = [(0.75, 0.85, 0.95), (0.9, 0.9, 0.9), (0.6, 0.75, 0.95), (0.95, 0.85, 0.75)]

# What can stand there: how it is drawn, its class, half its height in metres, where its foot is
# (its own units), and how far from the middle of the road (metres, either side).
Kind = tuple[Callable[[Canvas], None], int, float, float, tuple[float, float]]
KINDS: dict[str, Kind] = {
    "tree": (things.leafy, TREE, 2.6, 1.0, (4.0, 5.5)),
    "pole": (things.pole, POLE, 2.5, 1.0, (3.2, 4.0)),
    "sign": (things.sign, SIGN, 1.3, 1.0, (3.2, 4.2)),
    "car ahead": (things.car_ahead, CAR, 1.05, 0.75, (0.8, 2.4)),
    "car aside": (things.car_aside, CAR, 2.0, 0.69, (0.0, 2.5)),
    "lorry": (objects.lorry, CAR, 1.9, 0.69, (0.5, 2.2)),
    "person": (things.person, PERSON, 0.9, 0.98, (0.5, 4.8)),
    "cyclist": (things.cyclist, CYCLIST, 0.95, 0.96, (0.5, 3.2)),
    "bin": (things.block, VOID, 0.55, 0.6, (3.2, 4.8)),
}
ORDER = [
    "tree", "car aside", "pole", "person", "sign", "car ahead", "tree", "cyclist", "lorry", "bin",
    "person", "tree", "pole", "car ahead", "person", "sign", "cyclist", "person", "pole", "bin",
]  # fmt: skip


class Street(Canvas):
    """A scene under the brush (n = 1), seen by a camera with its own horizon and middle."""

    def background(self) -> np.ndarray:
        self.focus = self.shape[0] * np.abs(self.number(0.9, 0.08))
        self.horizon = self.number(-0.08, 0.04) * self.shape[0]
        self.middle = self.number(0, 0.1) * self.shape[1]
        high = self.colour(AIR)[:, :, None, None]
        low = np.clip(high + 0.1 * self.rng.standard_normal(high.shape), 0.3, 1)
        fade = np.clip((self.down - self.down.min()) / self.shape[0] * 2, 0, 1)
        clouds = np.sin(self.number(0, 0.2) * self.across + self.number(0, 3)) * np.sin(
            self.number(0.3, 0.1) * self.down + self.number(0, 3)
        )
        return (high + (low - high) * fade + 0.05 * clouds[:, None]).astype(np.float32)

    def dull(self, usual: objects.Colours) -> np.ndarray:
        """A colour (n, 3, 1, 1) that differs from the usual ones in brightness more than in hue."""
        picked = np.array(usual)[self.rng.integers(0, len(usual), self.n)]
        changed = picked * np.exp(self.rng.normal(0, 0.15, (self.n, 1)))
        return (changed + self.rng.normal(0, 0.03, picked.shape))[:, :, None, None]

    def fill(self, where: np.ndarray, colour: np.ndarray, label: int) -> None:
        """Paint (n, height, width) bool with colours (n, 3, height or 1, width or 1)."""
        self.picture = np.where(where[:, None], colour, self.picture).astype(np.float32)
        self.mask[where] = label

    def spot(self, place: float, depth: float, half: float, foot: float) -> "Street":
        """A window onto the canvas around a thing that stands `place` metres right of the middle,
        `depth` metres away, in its units; painting there is painting here."""
        scale = (self.focus / depth).item()  # pixels a metre
        size = half * scale * np.exp(self.number(0, 0.08)).item()
        x = (self.middle + place * scale).item() + (self.shape[1] - 1) / 2  # of the thing's middle
        y = (self.horizon + EYE * scale - foot * size).item() + (self.shape[0] - 1) / 2
        rows, columns = (
            slice(
                *np.clip([at - 1.3 * size, at + 1.3 * size], [0, 1], [most - 1, most]).astype(int)
            )
            for at, most in zip((y, x), self.shape)
        )
        c = copy.copy(self)
        c.picture, c.mask = self.picture[..., rows, columns], self.mask[..., rows, columns]
        c.shape, c.size = c.mask.shape[1:], np.full((1, 1, 1), size, np.float32)
        down, across = np.mgrid[rows, columns].astype(np.float32)
        c.x, c.y = self.rng.choice([-1, 1]) * (across - x)[None] / size, (down - y)[None] / size
        return c


def ground(c: Street) -> None:
    """Pavement from side to side, the road on it, and its broken middle line."""
    below = np.maximum(c.down - c.horizon, 0.01)
    depth, inside = EYE * c.focus / below, c.down > c.horizon
    across = (c.across - c.middle) * depth / c.focus
    joints = ((across % 1 < 0.08) | (depth % 1.5 < 0.1)) & (depth < 15)
    slabs = c.dull(SLABS) * (1 - 0.2 * joints[:, None])
    grain = c.rng.standard_normal((c.n, 1, *c.shape))
    c.fill(inside, slabs * (1 + 0.06 * grain), PAVEMENT)
    road = inside & (np.abs(across) < ROADWAY * np.abs(c.number(1, 0.1)))
    c.fill(road, c.dull(ASPHALT) * (1 + 0.1 * grain), ROAD)
    line = road & (np.abs(across - c.number(0, 0.2)) < 0.12) & (depth % 4 < 2)
    c.fill(line, c.dull([(0.9, 0.9, 0.85)]), ROAD)


def houses(c: Street, side: int) -> None:
    """Blocks of fronts along one side, with rows of windows; now and then a gap."""
    wall = KERB * np.abs(c.number(1, 0.1))
    away = np.maximum(side * (c.across - c.middle), 0.5)
    depth = wall * c.focus / away
    height = EYE - (c.down - c.horizon) * depth / c.focus  # metres over the road
    block = np.minimum(depth / np.abs(c.number(9, 2)) + c.number(3, 1), 11).astype(int).clip(0)
    rows = np.arange(c.n)[:, None, None]
    tall = c.rng.uniform(4, 14, (c.n, 12)) * (c.rng.random((c.n, 12)) < 0.85)
    paint = np.stack([c.colour(things.STONE + PAINT[:2]) for _ in range(12)], 1)[rows, block]
    front = (height > 0) & (height < tall[rows, block]) & (side * (c.across - c.middle) > 0.5)
    wide, storey = np.abs(c.number(2.2, 0.3)) + 0.5, np.abs(c.number(2.8, 0.2)) + 0.5
    window = (np.abs((depth / wide) % 1 - 0.5) < 0.28) & (np.abs((height / storey) % 1 - 0.5) < 0.3)
    bricks = 1 + 0.08 * c.rng.standard_normal((c.n, *c.shape)) + 0.06 * np.sin(height * 25)
    shade = (bricks * np.where(window, 0.45, 1) * np.exp(c.number(0, 0.15)))[:, None]
    c.fill(front, np.moveaxis(paint, -1, 1) * shade, BUILDING)


def railing(c: Street, side: int) -> None:
    """A fence along the kerb, from one depth to another, in some of the scenes."""
    away = np.maximum(side * (c.across - c.middle), 0.5)
    depth = (ROADWAY + 0.4) * c.focus / away
    height = EYE - (c.down - c.horizon) * depth / c.focus
    near = c.rng.uniform(3, 9, (c.n, 1, 1))
    panel = (height > 0) & (height < 1.1) & (depth > near) & (depth < near + 9)
    panel &= (c.rng.random((c.n, 1, 1)) < 0.35) & (side * (c.across - c.middle) > 0.5)
    bars = ((depth % 0.5) < 0.2) | (np.abs(height - 1.0) < 0.1) | (np.abs(height - 0.2) < 0.1)
    c.fill(panel & bars, c.colour(things.METAL + PAINT)[:, :, None, None], FENCE)
    c.mask[panel] = FENCE  # the label covers the gaps, as CamVid's does


def stand_all(c: Street) -> None:
    """Everything that stands, walks or drives, from far to near."""
    names = [name for name in ORDER if c.rng.random() < 0.6]
    depths = np.exp(np.sort(c.rng.uniform(np.log(4.5), np.log(30), len(names)))[::-1])
    for name, depth in zip(names, depths):
        thing, label, half, foot, (least, most) = KINDS[name]
        place = c.rng.choice([-1, 1]) * c.rng.uniform(least, most)
        spot = c.spot(place, depth, half, foot)
        spot.label = label
        spot.surface("specks" if name == "tree" else "plain")
        thing(spot)


def bonnet(c: Street) -> None:
    """The camera car's own bonnet, which nobody labelled, in some of the scenes."""
    top = c.shape[0] / 2 - 0.05 * c.shape[0] * (1 - (c.across / c.shape[1]) ** 2 * 2)
    here = (c.down > top) & (c.rng.random((c.n, 1, 1)) < 0.4)
    c.fill(here, c.colour(PAINT + things.METAL)[:, :, None, None], VOID)


def draw(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Scenes (count, 96, 128, 3) and their masks (count, 96, 128), uint8; same seed, same bytes."""
    rng = np.random.default_rng(seed)
    pictures, masks = zip(*(_scene(rng) for _ in range(count)))
    return np.stack(pictures), np.stack(masks)


def _scene(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    c = Street(1, rng, SHAPE)
    ground(c)
    for side in (-1, 1):
        houses(c, side)
    for side in (-1, 1):
        railing(c, side)
    stand_all(c)
    bonnet(c)
    light = np.exp(rng.normal(0, 0.08, (1, 3, 1, 1)) + rng.normal(0, 0.2))
    grain = rng.uniform(0.01, 0.05) * rng.standard_normal(c.picture.shape)
    picture = np.rint(255 * np.clip(c.picture * light + grain, 0, 1)).astype(np.uint8)
    return picture[0].transpose(1, 2, 0), c.mask[0]


def write(folder: Path, counts: dict[str, int], seed: int) -> None:
    """The SegNet edition's folders: <part>/*.png, and their masks in <part>annot/."""
    for i, (part, count) in enumerate(counts.items()):
        for kind, arrays in zip(("", "annot"), draw(count, seed + i)):
            (folder / f"{part}{kind}").mkdir(parents=True)
            for number, array in enumerate(arrays):
                Image.fromarray(array).save(folder / f"{part}{kind}" / f"street_{number:04d}.png")
