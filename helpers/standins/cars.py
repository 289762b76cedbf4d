"""Stand-in cars before a studio wall, 16 views each, with exact masks, in Carvana's formats.

They take the place of Carvana's photographs where there is no network. A car is a body and a cabin
of flat faces, four wheels, two mirrors and an aerial, shaded by a lamp overhead and turned on a
turntable. Every car has its own proportions and paint, every studio its own wall, floor and lamps.

What the stand-ins leave out: nothing was photographed, no paint mirrors its surroundings, nothing
is seen through a window, and a mask's outline is exact.
"""

import csv
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

SIZE, SHARP = (240, 160), 2  # pixels, width and height; drawn this many times larger
VIEWS = 16
PAINT = [
    (235, 235, 235), (190, 192, 196), (120, 122, 126), (40, 40, 44), (150, 30, 35),
    (35, 60, 130), (60, 95, 70), (200, 170, 110), (215, 215, 205), (90, 70, 60),
]  # fmt: skip
GLASS, RUBBER, HUB = (62, 70, 80), (28, 28, 30), (150, 150, 155)
LAMP = np.array([0.3, -0.45, 0.84])  # where the light comes from


class Face(NamedTuple):
    corners: np.ndarray  # (k, 3) metres: forward, to the right, up
    normal: np.ndarray  # (3,) outwards
    colour: tuple[int, int, int]


class Car(NamedTuple):
    behind: list[list[Face]]  # what the body may hide, as parts that are drawn far to near
    body: list[Face]
    cabin: list[Face]
    before: list[list[Face]]  # wheels and mirrors once more, for the near side
    aerial: np.ndarray  # (2, 3) its ends


def design(rng: np.random.Generator) -> Car:
    """A car with proportions of its own: from a low coupe to a van."""
    long, wide = rng.uniform(3.5, 4.9), rng.uniform(1.6, 1.9)
    belt, roof = rng.uniform(0.8, 1.0), rng.uniform(1.3, 1.85)
    nose, tail = rng.uniform(0.15, 0.32) * long, rng.uniform(0.0, 0.22) * long
    rear, front = -long / 2 + tail, long / 2 - nose  # where the cabin stands
    slope = rng.uniform(0.35, 0.8, 2) * [1.3, 0.6 + tail / long * 3] * (roof - belt)
    paint = tuple(int(v) for v in np.clip(PAINT[rng.integers(10)] + rng.normal(0, 12, 3), 10, 245))
    low, lip = rng.uniform(0.2, 0.3), rng.uniform(0.55, 0.7)
    side = [(-long / 2, low), (-long / 2, lip), (-long / 2 + 0.1, belt), (front + 0.1, belt)]
    side += [(long / 2 - 0.08, lip + 0.1), (long / 2, lip - 0.1), (long / 2, low)]
    body = prism(side, wide / 2, wide / 2, paint)
    top = [(rear, belt - 0.02), (rear + slope[1], roof), (front - slope[0], roof)]
    top += [(front, belt - 0.02)]
    cabin = prism(top, wide / 2 - 0.02, wide / 2 * 0.76, paint, [0.0, 1.0, 1.0, 0.0])
    glass = [inset(face, 0.13) for face in cabin if abs(face.normal[2]) < 0.85]
    wheels = [
        [
            *box((x, y - 0.12 * np.sign(y), 0.2), (0.24, 0.1, 0.2), RUBBER),
            *disc((x, y, 0.33), 0.33, np.sign(y), RUBBER),
            *disc((x, y, 0.33), 0.19, np.sign(y), HUB),
        ]
        for x in (-long * 0.32, long * 0.31)
        for y in (-wide / 2 - 0.02, wide / 2 + 0.02)
    ]
    mirrors = [
        box((front - 0.35, y, belt + 0.1), (0.08, 0.11, 0.08), paint)
        for y in (-wide / 2 - 0.1, wide / 2 + 0.1)
    ]
    tip = (rear + slope[1] - 0.25, 0.0, roof + rng.uniform(0.25, 0.5))
    aerial = np.array([(rear + slope[1] + 0.1, 0.0, roof - 0.02), tip])
    parts = [*wheels, *mirrors]
    return Car(parts, body, [*cabin, *glass], parts, aerial)


def prism(
    profile: list, low: float, high: float, colour: tuple, share: list | None = None
) -> list[Face]:
    """A side view (x, z) as a solid: half as wide as `low`, or `high` where share is 1."""
    half = [low + (high - low) * s for s in share or [0.0] * len(profile)]
    left, right = (
        np.array([(x, sign * h, z) for (x, z), h in zip(profile, half)]) for sign in (-1, 1)
    )
    faces = [left, right[::-1]]
    for i in range(len(profile)):
        j = (i + 1) % len(profile)
        faces.append(np.array([left[i], right[i], right[j], left[j]]))
    middle = (left.mean(0) + right.mean(0)) / 2
    return [Face(f, outward(f, middle), colour) for f in faces]


def box(centre: tuple, half: tuple, colour: tuple) -> list[Face]:
    x, y, z = half
    moved = prism([(-x, -z), (-x, z), (x, z), (x, -z)], y, y, colour)
    return [face._replace(corners=face.corners + np.array(centre)) for face in moved]


def disc(centre: tuple, radius: float, side: float, colour: tuple) -> list[Face]:
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)
    rim = np.stack([np.cos(turn), np.zeros(24), np.sin(turn)], 1) * radius + np.array(centre)
    inner = rim - [0, side * 0.2, 0]
    outer = Face(rim, np.array([0, side, 0.0]), colour)
    return [Face(inner, outer.normal, RUBBER), outer]


def inset(face: Face, by: float) -> Face:
    """The window in a face of the cabin."""
    middle = face.corners.mean(0)
    moved = middle + (face.corners - middle) * (1 - by * np.array([1.0, 1.2, 1.6]))
    return Face(moved + 0.005 * face.normal, face.normal, GLASS)


def outward(corners: np.ndarray, middle: np.ndarray) -> np.ndarray:
    centred = corners - corners.mean(0)
    normal = np.linalg.svd(centred)[2][2]
    return normal * (1 if normal @ (corners.mean(0) - middle) > 0 else -1)


class Studio(NamedTuple):
    wall: float  # grey, 0 to 255
    floor: float
    tint: np.ndarray  # (3,)
    lamps: np.ndarray  # (k, 2) where bright strips are on the wall, and how wide: shares of width
    height: float  # metres, of the camera
    distance: float


def furnish(rng: np.random.Generator) -> Studio:
    lamps = np.stack([rng.uniform(0, 1, 4), rng.uniform(0.01, 0.06, 4)], 1)
    wall, floor = rng.uniform(150, 235), rng.uniform(110, 200)
    tint, height = 1 + rng.normal(0, 0.02, 3), rng.uniform(1.3, 1.9)
    return Studio(wall, floor, tint, lamps, height, rng.uniform(7.2, 8.2))


class Camera(NamedTuple):
    """Turns metres into pixels; the camera goes around the car."""

    at: np.ndarray  # (3,)
    turn: np.ndarray  # (3, 3): right, down, away
    focus: float  # pixels

    def see(self, points: np.ndarray) -> list[tuple[float, float]]:
        x, y, z = self.turn @ (points - self.at).T
        width, height = SHARP * SIZE[0], SHARP * SIZE[1]
        return list(zip(width / 2 + self.focus * x / z, 0.52 * height + self.focus * y / z))


def camera(studio: Studio, view: int) -> Camera:
    angle = 2 * np.pi * view / VIEWS
    at = np.array([studio.distance * np.cos(angle), studio.distance * np.sin(angle), studio.height])
    away = np.array([0, 0, 0.72]) - at
    away /= np.linalg.norm(away)
    right = np.cross(away, [0, 0, 1.0])
    right /= np.linalg.norm(right)
    return Camera(at, np.stack([right, np.cross(away, right), away]), 1.28 * SHARP * SIZE[0])


def backdrop(studio: Studio, eye: Camera) -> Image.Image:
    """The wall with its strips of light, the floor, and the turntable."""
    width, height = SHARP * SIZE[0], SHARP * SIZE[1]
    across, down = np.linspace(0, 1, width)[None], np.linspace(0, 1, height)[:, None]
    glow = sum(np.exp(-(((across - at) / w) ** 2)) for at, w in studio.lamps)
    wall = studio.wall * (1 - 0.15 * down) + 30 * glow * (down < 0.3)
    floor = studio.floor * (0.85 + 0.3 * down)
    soft = 1 / (1 + np.exp(-(down - 0.47) * 60))
    grey = wall + (floor - wall) * soft
    picture = np.clip(grey[..., None] * studio.tint, 0, 255).astype(np.uint8)
    image = Image.fromarray(picture)
    turn = np.linspace(0, 2 * np.pi, 60, endpoint=False)
    rim = np.stack([2.9 * np.cos(turn), 2.9 * np.sin(turn), 0 * turn], 1)
    shade = tuple(int(v) for v in studio.floor * 0.93 * studio.tint)
    ImageDraw.Draw(image).polygon(eye.see(rim), fill=shade, outline=(90, 90, 90))
    return image


def shadow(image: Image.Image, car: Car, eye: Camera) -> Image.Image:
    """Dark below the car, soft at its edge."""
    spread = np.concatenate([face.corners for face in car.body])
    (x0, y0), (x1, y1) = spread[:, :2].min(0) - 0.05, spread[:, :2].max(0) + 0.05
    ground = np.array([(x0, y0, 0), (x1, y0, 0), (x1, y1, 0), (x0, y1, 0)], float)
    dark = Image.new("L", image.size)
    ImageDraw.Draw(dark).polygon(eye.see(ground), fill=170)
    dark = dark.filter(ImageFilter.GaussianBlur(4 * SHARP))
    return Image.composite(Image.new("RGB", image.size, (35, 35, 38)), image, dark)


def paint(car: Car, eye: Camera, onto: list[ImageDraw.ImageDraw]) -> None:
    """The car on the picture, and in white on the mask."""
    picture, mask = onto

    def part(faces: list[Face]) -> None:
        for face in faces:
            if face.normal @ (eye.at - face.corners.mean(0)) > 0:
                light = 0.45 + 0.55 * max(0.0, face.normal @ LAMP) + 0.12 * face.normal[0]
                places = eye.see(face.corners)
                picture.polygon(places, fill=tuple(min(255, int(v * light)) for v in face.colour))
                mask.polygon(places, fill=255)

    def far(faces: list[Face]) -> float:
        return -np.linalg.norm(np.mean([f.corners.mean(0) for f in faces], 0) - eye.at)

    middle = -np.linalg.norm(eye.at - [0, 0, 0.7])
    for faces in sorted(car.behind, key=far):
        if far(faces) < middle:
            part(faces)
    part(sorted(car.body, key=lambda face: far([face])))
    part(car.cabin)
    for faces in sorted(car.before, key=far):
        if far(faces) >= middle:
            part(faces)
    ends = eye.see(car.aerial)
    picture.line(ends, fill=(40, 40, 42), width=SHARP)
    mask.line(ends, fill=255, width=SHARP)


def draw(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """`count` cars: pictures (count * 16, 160, 240, 3) and masks (count * 16, 160, 240) of 0, 255.

    The 16 views of a car follow each other. A seed gives the same bytes each time.
    """
    rng = np.random.default_rng(seed)
    pictures, masks = [], []
    for _ in range(count):
        car, studio = design(rng), furnish(rng)
        empty = backdrop(studio, camera(studio, 0))  # the same from all sides
        for view in range(VIEWS):
            eye = camera(studio, view)
            image = shadow(empty, car, eye)
            mask = Image.new("L", image.size)
            paint(car, eye, [ImageDraw.Draw(image), ImageDraw.Draw(mask)])
            small = np.asarray(image.resize(SIZE, Image.Resampling.BOX), np.float32)
            noise = 3 * rng.standard_normal(small.shape, np.float32)
            pictures.append(np.clip(np.rint(small + noise), 0, 255).astype(np.uint8))
            covered = np.asarray(mask.resize(SIZE, Image.Resampling.BOX))
            masks.append(np.where(covered >= 128, 255, 0).astype(np.uint8))
    return np.stack(pictures), np.stack(masks)


def run_lengths(mask: np.ndarray) -> str:
    """A mask (H, W) as Carvana's csv has it: start and length of each run, row by row, from 1."""
    flat = np.concatenate([[0], (mask > 0).ravel(), [0]]).astype(np.int8)
    changes = np.flatnonzero(np.diff(flat)) + 1
    starts, ends = changes[::2], changes[1::2]
    return " ".join(f"{s} {e - s}" for s, e in zip(starts, ends))


def write(folder: Path, count: int, seed: int) -> None:
    """train/*.jpg, train_masks/*_mask.gif and train_masks.csv, as in Carvana's archives."""
    (folder / "train").mkdir()
    (folder / "train_masks").mkdir()
    names = np.random.default_rng(seed).bytes(6 * count).hex()
    with open(folder / "train_masks.csv", "w", newline="") as file:
        table = csv.writer(file)
        table.writerow(["img", "rle_mask"])
        for i, (picture, mask) in enumerate(zip(*draw(count, seed))):
            name = f"{names[12 * (i // VIEWS) :][:12]}_{i % VIEWS + 1:02d}"
            Image.fromarray(picture).save(folder / "train" / f"{name}.jpg", quality=92)
            Image.fromarray(mask).save(folder / "train_masks" / f"{name}_mask.gif")
            table.writerow([f"{name}.jpg", run_lengths(mask)])
