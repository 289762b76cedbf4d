"""Stand-in photographs of bedrooms: rooms that a program furnishes, lights and looks into.

They take the place of LSUN's bedrooms where there is no network. A room is a box with a bed in it;
a ray is sent through every pixel, and what it meets first is seen, lit by the window and the lamp.
Size of the room, place of the bed and of the window, colours, patterns, furniture, time of day and
the photographer's place, height and direction are drawn anew for every picture.

What the stand-ins leave out: clutter, people's taste, round and carved furniture, cast shadows,
beds seen from behind, and all that makes two real bedrooms differ more than two of ours.
Distances measured on them say how generators compare on these pictures, not on LSUN.
"""

import numpy as np

SIDE = 64  # pixels
CHUNK = 20  # pictures drawn at once: little enough for the processor's cache
EVENING = 0.25  # share of pictures with a dark window and the lamp on
GRAIN, CAST = 0.01, 0.06  # noise, of full white; change of each colour by the light

# Usual colours (red, green, blue), of which a picture takes one and changes it.
WALL = [(0.9, 0.87, 0.8), (0.75, 0.82, 0.86), (0.85, 0.75, 0.62), (0.7, 0.78, 0.68),
        (0.85, 0.7, 0.68), (0.6, 0.62, 0.68), (0.92, 0.92, 0.92)]  # fmt: skip
FLOOR = [(0.62, 0.42, 0.26), (0.45, 0.3, 0.2), (0.75, 0.6, 0.42), (0.7, 0.67, 0.62)]
WOOD = [(0.45, 0.28, 0.16), (0.3, 0.2, 0.14), (0.65, 0.48, 0.3), (0.85, 0.83, 0.8)]
CLOTH = [(0.75, 0.2, 0.2), (0.2, 0.35, 0.6), (0.9, 0.85, 0.75), (0.35, 0.5, 0.35),
         (0.85, 0.65, 0.3), (0.5, 0.35, 0.55), (0.35, 0.3, 0.3), (0.8, 0.8, 0.85)]  # fmt: skip
LINEN = [(0.95, 0.95, 0.93), (0.9, 0.88, 0.82), (0.85, 0.9, 0.95)]
DAY, NIGHT = [(1.0, 1.05, 1.15), (1.15, 1.1, 1.0)], [(0.06, 0.08, 0.16)]


class Room:
    """n rooms under the brush, in metres: x to the right, y up, z away from the photographer.

    Every number is drawn once for each picture: arrays (n,), or (n, 3) for points and colours.
    Of what is seen, kept for each pixel: its distance (n, SIDE * SIDE), its colour and the
    direction in which its surface looks, `normal` (3, n, SIDE * SIDE). A place in the pictures is
    named by its picture and its pixel, `row` and `pixel`, arrays (k,).
    """

    def __init__(self, n: int, rng: np.random.Generator):
        self.n, self.rng = n, rng
        self.width, self.depth = self.number(3.2, 4.8), self.number(3.6, 5.0)
        self.height = self.number(2.3, 2.8)
        self.look()
        self.walls(self.pick(WALL), self.pick(FLOOR))
        self.glow = np.zeros_like(self.distance)  # 1 where something shines by itself

    def number(self, low: float, high: float) -> np.ndarray:
        return self.rng.uniform(low, high, self.n).astype(np.float32)

    def chance(self, share: float) -> np.ndarray:
        return self.rng.random(self.n) < share

    def pick(self, usual: list) -> np.ndarray:
        """One of the usual colours for each picture, changed a little; (n, 3)."""
        picked = np.array(usual)[self.rng.integers(0, len(usual), self.n)]
        return np.clip(picked + self.rng.normal(0, 0.04, picked.shape), 0, 1.2).astype(np.float32)

    def look(self) -> None:
        """Place the photographer, and send a ray through the middle of every pixel."""
        x = self.number(-0.2, 0.2) * self.width
        self.eye = np.stack([x, self.number(1.3, 1.75), self.number(-0.5, 0.1)], 1)
        turn = np.arctan2(-0.7 * x, self.depth) + self.number(-0.08, 0.08)
        nod, self.wide = self.number(-0.28, -0.16), self.number(0.5, 0.62)
        c, s, one, zero = np.cos(nod), np.sin(nod), np.ones(self.n), np.zeros(self.n)
        nodded = np.stack([one, zero, zero, zero, c, s, zero, -s, c], 1).reshape(-1, 3, 3)
        c, s = np.cos(turn), np.sin(turn)
        turned = np.stack([c, zero, s, zero, one, zero, -s, zero, c], 1).reshape(-1, 3, 3)
        self.frame = (turned @ nodded).astype(np.float32)  # (n, 3, 3), columns: the camera's axes
        down, across = (np.mgrid[:SIDE, :SIDE].reshape(2, -1) + 0.5) / SIDE * 2 - 1
        seen = np.stack([across, -down, np.ones(SIDE * SIDE)]).astype(np.float32)
        seen = seen * np.stack([self.wide, self.wide, one], 1)[:, :, None].astype(np.float32)
        rays = (self.frame @ seen).transpose(1, 0, 2)
        self.rays = np.where(np.abs(rays) < 1e-4, np.float32(1e-4), rays)  # (3, n, pixels)

    def around(self, middle, half, there) -> tuple[np.ndarray, np.ndarray]:
        """The places that may show a block: in a rectangle around its eight corners, if `there`."""
        corners = (np.mgrid[:2, :2, :2].reshape(3, 8).T * 2 - 1) * half[:, None]
        x, y, z = np.moveaxis((corners + (middle - self.eye)[:, None]) @ self.frame, 2, 0)
        behind = (z < 0.1).any(1)
        found = []
        for along in (-y, x):
            at = (along / np.maximum(z, 0.1) / self.wide[:, None] + 1) / 2 * SIDE - 0.5
            first, last = np.where(behind, [[0], [SIDE]], [at.min(1), at.max(1)])
            steps = np.arange(SIDE)
            found.append((steps >= first[:, None] - 1) & (steps <= last[:, None] + 1))
        places = (
            found[0][:, :, None] & found[1][:, None] & np.broadcast_to(there, self.n)[:, None, None]
        )
        return np.nonzero(places.reshape(self.n, -1))

    def see(self, row, pixel, distance, seen, colour, normal, glow=0.0) -> None:
        """Paint where something is met, before everything that was met so far; (k,) or (3, k)."""
        seen = seen & (distance > 0.05) & (distance < self.distance[row, pixel])
        row, pixel = row[seen], pixel[seen]
        self.distance[row, pixel] = distance[seen]
        self.colour[:, row, pixel] = colour[:, seen]
        self.normal[:, row, pixel] = normal[:, seen]
        self.glow[row, pixel] = glow if np.isscalar(glow) else glow[row]

    def walls(self, wall: np.ndarray, floor: np.ndarray) -> None:
        """The inside of the room: the first plane through which a ray leaves it."""
        low = columns(self.n, (-self.width / 2, 0, -2)) - self.eye
        high = columns(self.n, (self.width / 2, self.height, self.depth)) - self.eye
        leave = np.where(self.rays > 0, flat(high), flat(low)) / self.rays
        self.distance = leave.min(0)
        self.normal = (leave == self.distance) * -np.sign(self.rays)
        x, y, z = flat(self.eye) + self.distance * self.rays
        wooden, papered = 0.12 * self.chance(0.6), 0.06 * self.chance(0.25)
        board = np.floor(x / self.number(0.12, 0.3)[:, None])
        planks = 1 + np.float32(wooden)[:, None] * np.sin(40 * board)
        stripes = 1 + np.float32(papered)[:, None] * np.sign(np.sin((x + z) * 14))
        self.colour = np.where(y < 0.01, flat(floor) * planks, flat(wall) * stripes)
        plain = (y > 0.01) & (y < 0.1) | (y > self.height[:, None] - 0.01)
        np.copyto(self.colour, np.float32(0.92), where=plain)  # skirting boards and ceiling

    def box(self, middle, size, colour, there=True, pattern=None, glow=0.0) -> None:
        """A block: middle and size (x, y, z), each a number or (n,); `there`: in which pictures.

        pattern(x, y, z, row), with the place in the block from -1 to 1, gives a factor for the
        colour (n, 3). glow, a number or (n,): 1 where it shines by itself.
        """
        middle, half = columns(self.n, middle), columns(self.n, size) / 2
        row, pixel = self.around(middle, half, there)
        rays, start = self.rays[:, row, pixel], (self.eye - middle)[row].T
        a, b = (-start - half[row].T) / rays, (half[row].T - start) / rays
        enter, leave = np.minimum(a, b), np.maximum(a, b)
        distance = enter.max(0)
        painted = colour[row].T
        if pattern is not None:
            painted = painted * pattern(*((start + distance * rays) / half[row].T), row)
        normal = (enter == distance) * -np.sign(rays)
        self.see(row, pixel, distance, distance < leave.min(0), painted, normal, glow)

    def cushion(self, middle, size, colour, there=True) -> None:
        """An ellipsoid of this size; as for `box`."""
        middle, half = columns(self.n, middle), columns(self.n, size) / 2
        row, pixel = self.around(middle, half, there)
        way = self.rays[:, row, pixel] / half[row].T
        start = ((self.eye - middle) / half)[row].T
        a, b, c = (way**2).sum(0), (way * start).sum(0), (start**2).sum(0) - 1
        root = b * b - a * c
        distance = (-b - np.sqrt(np.maximum(root, 0))) / a
        out = (start + distance * way) / half[row].T
        normal = out / np.sqrt((out**2).sum(0))
        self.see(row, pixel, distance, root > 0, colour[row].T, normal)

    def light(self, window, day, lamp, evening) -> np.ndarray:
        """The pictures in the light of window and lamp, darker in corners; (n, 3, pixels)."""
        where = self.eye.T[:, :, None] + self.distance * self.rays
        x, y, z = where
        total = np.full_like(self.colour, 0.34)
        for source, tint, powers in ((window, flat(day), (0.75, 1.2)), (lamp, LAMP, (1.1, 0.13))):
            way = source.T[:, :, None] - where
            far = (way**2).sum(0) + 1e-6
            facing = np.maximum((way * self.normal).sum(0), 0) / np.sqrt(far)
            power = np.where(evening, *powers).astype(np.float32)[:, None]
            total += tint * (power * facing / (1 + 0.16 * far))
        half = self.width[:, None] / 2
        for gap in (x + half, half - x, y, self.height[:, None] - y, self.depth[:, None] - z):
            total *= 1 - 0.22 * np.exp(-4 * np.maximum(gap, 0))
        return (self.colour * (total * (1 - self.glow) + self.glow)).transpose(1, 0, 2)


LAMP = np.array([1.0, 0.75, 0.45], np.float32)[:, None, None]


def flat(colour: np.ndarray) -> np.ndarray:
    """Colours (n, 3) as (3, n, 1)."""
    return colour.T[:, :, None]


def columns(n: int, values) -> np.ndarray:
    """Three values, each a number or (n,), as (n, 3)."""
    return np.stack([np.broadcast_to(value, n) for value in values], 1).astype(np.float32)


def window(room: Room, evening: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A window on the left, the right or the back wall, with curtains; its middle and its light."""
    side = room.rng.integers(0, 3, room.n)
    back = side == 2
    sign = np.where(side == 0, -1, 1)
    along = np.where(back, sign * 0.28 * room.width, 0.6 * room.depth) + room.number(-0.2, 0.2)
    along = np.where(back & room.chance(0.5), -along, along)
    wide, tall, y = room.number(0.9, 1.5), room.number(0.9, 1.4), room.number(1.45, 1.65)
    x = np.where(back, along, sign * room.width / 2)
    z = np.where(back, room.depth, along)
    day = np.where(evening[:, None], room.pick(NIGHT), room.pick(DAY))

    def bars(u, v, w, row):
        u = np.where(back[row], u, w)
        frame = (np.abs(u) < 0.06) | (np.abs(v) < 0.05)
        return np.where(frame, 0.75, 1 - 0.2 * v * (v < 0.2)) * (1 + 0.08 * u)

    shining = np.ones(room.n)
    for grow, colour, *more in ((0.14, room.pick(LINEN)), (0, day, bars, shining)):
        w, thick = wide + grow, 0.1 if grow else 0.14
        size = np.where(back, w, thick), tall + grow, np.where(back, thick, w)
        room.box((x, y, z), size, colour, True, *more)

    def folds(u, v, w, row):
        return 1 + 0.12 * np.sin(9 * (u + w))

    cloth, hung = room.pick(CLOTH + LINEN), room.chance(0.7)
    for end in (-0.5, 0.5):
        shift = end * (wide + 0.25)
        place = x + np.where(back, shift, 0), y - 0.15, z + np.where(back, 0, shift)
        size = np.where(back, 0.32, 0.24), tall + 0.6, np.where(back, 0.24, 0.32)
        room.box(place, size, cloth, hung, folds)
    return columns(room.n, (0.9 * x, y, z - np.where(back, 0.3, 0))), day


def bed(room: Room) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """The bed, head to the back wall; the middle of it, its width, and the length."""
    wide, long = room.number(1.4, 2.0), room.number(1.9, 2.2)
    x = room.number(-0.2, 0.2) * (room.width - wide) * 1.2
    top, foot = room.number(0.45, 0.6), room.depth - long - 0.1
    middle = foot + long / 2
    wood, linen, cloth = room.pick(WOOD), room.pick(LINEN), room.pick(CLOTH)
    room.box((x, top / 2 - 0.1, middle), (wide, top - 0.2, long), wood)
    room.box((x, top - 0.13, middle), (wide - 0.04, 0.26, long), linen)
    kind, waves = room.rng.integers(0, 4, room.n), room.rng.integers(3, 7, room.n)
    strength = room.number(0.15, 0.35)

    def pattern(u, v, w, row):  # plain, stripes across, stripes along, checks
        across, along = np.sin(waves[row] * 3.1 * u), np.sin(waves[row] * 3.1 * w)
        wave = np.choose(kind[row], [0, along, across, across * along])
        return 1 + strength[row] * np.sign(wave)

    cover = room.number(0.6, 0.75) * long
    size = wide + 0.1, top - 0.1, cover
    room.box((x, top / 2 + 0.08, foot + cover / 2 - 0.03), size, cloth, pattern=pattern)
    fold = (x, top + 0.03, foot + cover + 0.04), (wide + 0.11, 0.06, 0.24)
    room.box(*fold, np.clip(cloth * 0.5 + 0.5, 0, 1))
    room.box(
        (x, top / 2 + 0.25, room.depth - 0.05), (wide + 0.1, top + room.number(0.3, 0.7), 0.1), wood
    )
    for end in (-0.25, 0.25):
        place = x + end * wide, top + 0.1, room.depth - 0.32
        room.cushion(place, (0.46 * wide, 0.28, 0.5), linen)
    spot = x + room.number(-0.1, 0.1), top + 0.12, room.depth - 0.6
    room.cushion(spot, (0.5, 0.34, 0.3), room.pick(CLOTH), room.chance(0.4))
    return x, wide, top


def draw(count: int, seed: int) -> np.ndarray:
    """Draw `count` bedrooms: (count, 3, 64, 64) uint8.

    A seed gives the same bytes each time (on one machine: another one's arithmetic may round a
    value differently).
    """
    rng = np.random.default_rng(seed)
    parts = [_some(min(CHUNK, count - start), rng) for start in range(0, count, CHUNK)]
    return np.concatenate(parts) if parts else np.empty((0, 3, SIDE, SIDE), np.uint8)


def _some(n: int, rng: np.random.Generator) -> np.ndarray:
    room = Room(n, rng)
    evening = room.chance(EVENING)
    centre, day = window(room, evening)
    x, wide, top = bed(room)
    rug = (x + room.number(-0.3, 0.3), 0.01, room.depth - 2.2), (wide + 0.9, 0.03, 1.9)
    room.box(*rug, room.pick(CLOTH + LINEN), room.chance(0.6))
    art = np.clip(x + room.number(-0.2, 0.2), -1, 1), room.number(1.55, 1.75), room.depth
    size, hangs = (room.number(0.5, 1.1), room.number(0.4, 0.6)), room.chance(0.7)
    room.box(art, (size[0] + 0.1, size[1] + 0.1, 0.04), room.pick(WOOD), hangs)
    line = room.number(-0.4, 0.4)

    def canvas(u, v, w, row):
        return np.where(v > line[row] + 0.2 * np.sin(3 * u), 1.1, 0.6)

    room.box(art, (*size, 0.08), room.pick(CLOTH + WALL), hangs, canvas)
    sign = np.where(room.chance(0.5), 1, -1)
    for end, there in ((-sign, room.chance(0.5)), (sign, True)):
        place = x + end * (wide / 2 + 0.35)
        wood = room.pick(WOOD)
        room.box((place, 0.28, room.depth - 0.25), (0.45, 0.56, 0.42), wood, there)
        room.box((place, 0.7, room.depth - 0.25), (0.07, 0.3, 0.07), wood, there)
        shade = np.where(evening[:, None], [1.15, 1.0, 0.7], room.pick(LINEN)).astype(np.float32)
        room.box((place, 0.96, room.depth - 0.25), (0.34, 0.26, 0.3), shade, there, glow=evening)
        lamp = columns(n, (place, 1.15, room.depth - 0.45))  # the last one gives the light
    picture = room.light(centre, day, lamp, evening).reshape(n, 3, SIDE, SIDE)
    exposure = 1.7 * room.number(0.85, 1.1)[:, None] * np.exp(rng.normal(0, CAST / 2, (n, 3)))
    picture = 1 - np.exp(-exposure.astype(np.float32)[:, :, None, None] * picture)
    picture += GRAIN * rng.standard_normal(picture.shape, np.float32)
    return np.rint(255 * np.clip(picture, 0, 1)).astype(np.uint8)
