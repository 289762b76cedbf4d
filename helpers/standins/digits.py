"""Stand-in hand-written digits: 28x28 grey pictures drawn by a program.

They take the place of MNIST where there is no network.  A digit is a few pen strokes, given below
by control points; every picture picks one way of writing its digit and then gets its own jitter,
slant, size, place, pen and paper, so that a model has to learn shapes and not pixels.

What the stand-ins leave out: they were not written by anybody.  There are no writers (pictures are
independent, so no person's habits run through several of them), no wrong or doubtful labels, no
rare ways of writing beyond the variants listed here, and the placing differs from MNIST's, which
centres every digit by its mass in a 20x20 box.  Accuracies measured here say how models compare on
these pictures; they are not MNIST accuracies.
"""

import math

import numpy as np

SIDE = 28  # pixels
SPACING = 5.0  # between the samples of a stroke, in hundredths of the box
CHUNK = 500  # pictures drawn at once: bounds memory to some 100 MB

# How hard the digits are to read.  Lengths are in heights of a digit where not said otherwise.
JITTER, WOBBLE = 0.025, 0.04  # of each control point by itself; smooth bending of the glyph
TURN, SLANT = 0.12, 0.2  # radians; sideways shear
HEIGHT, SHIFT = (18, 21), 1.4  # pixels; pixels off the middle, at most
SKIP = 2.0  # pixels: largest radius of the spot where the pen may skip, in half of the pictures
SPECKS, DASH = 2, 2.0  # most stray dashes in a picture; spread of their lengths in pixels
PEN, NOISE = (0.5, 1.1), 0.08  # pixels: radius; most noise, of full white

# The ways of writing each digit.  A way is strokes separated by "/"; a stroke is the points "x,y"
# its curve runs through, x to the right and y down in a box of 100 by 100.
# A sharp corner is two strokes that share a point: equal points of a glyph move together.
GLYPHS = [
    (0, "50,4 22,18 12,50 22,84 50,96 78,84 88,50 78,18 50,4"),
    (0, "66,8 36,8 14,46 24,86 52,96 82,80 86,44 70,14 44,6 30,18"),  # overlapping ends
    (0, "50,4 22,18 12,50 22,84 50,96 78,84 88,50 78,18 50,4 / 82,8 18,92"),  # slashed
    (1, "52,3 48,97"),
    (1, "26,28 52,4 / 52,4 50,97"),  # flag
    (1, "28,26 52,4 / 52,4 50,95 / 24,95 78,95"),  # flag and foot
    (2, "16,24 34,6 62,6 78,26 62,54 16,94 / 16,94 86,92"),
    (2, "18,22 46,4 76,20 66,54 34,88 14,90 18,76 44,82 88,92"),  # loop at the foot
    (2, "18,10 76,8 / 76,8 66,44 16,92 / 16,92 48,86 86,94"),  # almost a z
    (3, "18,14 50,4 76,20 64,42 40,48 / 40,48 74,56 84,76 58,96 16,86"),
    (3, "16,8 78,8 / 78,8 44,42 / 44,42 82,58 78,86 44,97 14,86"),  # flat top
    (3, "18,16 52,4 74,22 56,44 36,50 42,42 76,58 80,82 50,97 16,86"),  # loop in the middle
    (4, "28,6 14,60 / 14,60 90,56 / 72,8 66,97"),  # open
    (4, "64,4 10,66 / 10,66 90,66 / 64,4 62,97"),  # closed
    (4, "22,6 18,40 34,54 74,48 / 78,6 70,97"),  # open and round
    (5, "80,6 28,8 / 28,8 22,44 / 22,44 56,38 84,62 66,92 16,92"),
    (5, "80,10 42,7 24,26 40,44 74,58 76,84 46,97 14,86"),  # almost an s
    (5, "30,12 22,46 / 22,46 58,40 82,66 60,95 16,90 / 36,6 88,5"),  # hat put on last
    (6, "72,4 34,28 16,66 36,95 70,90 78,66 54,54 22,70"),
    (6, "56,3 26,42 18,78 46,97 76,80 66,56 40,56 20,76"),
    (6, "80,10 54,4 24,24 14,64 34,95 70,92 80,70 56,54 20,64"),  # curled top
    (7, "14,10 84,8 / 84,8 40,97"),
    (7, "14,10 84,8 / 84,8 56,48 42,97 / 30,52 76,48"),  # bar
    (7, "14,26 16,9 / 16,9 84,10 / 84,10 56,46 48,97"),  # serif
    (8, "76,18 50,4 26,20 40,42 70,60 78,82 50,97 22,82 32,58 62,40 76,18"),
    (8, "50,47 26,34 28,12 50,4 72,12 74,34 50,47 / 50,47 20,64 22,88 50,97 78,88 80,64 50,47"),
    (8, "80,10 48,5 28,22 44,44 74,66 66,92 36,94 24,74 48,50 72,26"),  # ends left open
    (9, "76,24 52,5 24,18 22,42 48,52 72,38 76,24 / 76,14 72,97"),
    (9, "76,22 50,4 24,20 26,44 50,52 72,38 76,22 / 76,22 78,64 58,95 22,88"),  # curled tail
    (9, "80,8 46,6 20,30 34,50 60,44 80,8 / 80,8 54,97"),  # one pull, leaning leg
]


def catmull_rom(t: np.ndarray) -> np.ndarray:
    """Weights (len(t), 4) of four points for a smooth curve from the second to the third."""
    t2, t3 = t**2, t**3
    return np.stack([2 * t2 - t - t3, 2 - 5 * t2 + 3 * t3, t + 4 * t2 - 3 * t3, t3 - t2], 1) / 2


def parse(text: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Turn a way of writing into points (K, 2), spline weights (S, K) and pen-down marks (S-1,).

    The samples of the strokes are weights @ points, whatever the points are moved to; the marks
    are 0 for the jumps from the end of one stroke to the beginning of the next.
    """
    strokes = [[tuple(map(float, p.split(","))) for p in s.split()] for s in text.split("/")]
    points = sorted({p for stroke in strokes for p in stroke})
    weights, down = [], []
    for stroke in strokes:
        ends = [stroke[0], *stroke, stroke[-1]]
        for four in zip(ends, ends[1:], ends[2:], ends[3:], strict=False):
            steps = int(np.ceil(math.dist(four[1], four[2]) / SPACING))
            pick = np.eye(len(points))[[points.index(p) for p in four]]
            weights.append(catmull_rom(np.linspace(0, 1, steps + 1)) @ pick)
            down += [1.0] * (steps + 1)
        down[-1] = 0.0
    box = (np.array(points) - 50) / 100 * [0.7, 1.0]  # digits are taller than wide
    return box, np.vstack(weights), np.array(down[:-1])


def waves(at: np.ndarray, size: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Values (n, S), about `size` (n,) large, that vary smoothly with the place `at` (n, S, 2)."""
    pace = rng.normal(0, 5, (len(at), 2, 3))
    phase = rng.uniform(0, 2 * np.pi, (len(at), 1, 3))
    return np.sin(at @ pace + phase).sum(2) * size[:, None] / np.sqrt(1.5)


def write(text: str, n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Pen positions (n, S, 2) in pixels and ink (n, S) of n hands writing the same glyph."""
    points, weights, down = parse(text)
    xy = weights @ (points + rng.normal(0, JITTER, (n, *points.shape)))
    bend = rng.uniform(0, WOBBLE, (2, n))
    xy = xy + np.stack([waves(xy, bend[0], rng), waves(xy, bend[1], rng)], axis=2)
    # Aspect, slant, rotation and size in one 2x2 matrix per picture.
    turn, slant = rng.normal(0, TURN, n), rng.normal(-0.15, SLANT, n)  # most lean right
    wide, tall = np.exp(rng.normal(0, 0.2, n)), rng.uniform(*HEIGHT, n)
    c, s = np.cos(turn), np.sin(turn)
    move = np.array([[c * wide, c * slant - s], [s * wide, s * slant + c]]) * tall
    xy = xy @ move.transpose(2, 1, 0)
    # Place the digit anywhere near the middle as long as it stays on the paper.
    low, high = xy.min(1), xy.max(1)
    spare = np.clip((SIDE - 4 - (high - low)) / 2, 0, SHIFT)
    shift = (SIDE - 1) / 2 - (low + high) / 2 + spare * rng.uniform(-1, 1, (n, 2))
    xy = xy + shift[:, None]
    # Ink goes by length of line, so that the spacing of the samples does not matter.
    middle, length = (xy[:, 1:] + xy[:, :-1]) / 2, np.linalg.norm(np.diff(xy, axis=1), axis=2)
    # At a random place of the line the pen skips; a negative radius leaves the line whole.
    hole = middle[np.arange(n), rng.integers(0, middle.shape[1], n)][:, None]
    skips = np.linalg.norm(middle - hole, axis=2) < rng.uniform(-SKIP, SKIP, (n, 1))
    return middle, length * down * np.where(skips, 0.05, 1.0)


def specks(n: int, rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """Positions and ink of stray dashes, which belong to no digit."""
    start, way = rng.uniform(0, SIDE, (n, SPECKS, 1, 2)), rng.normal(0, DASH, (n, SPECKS, 1, 2))
    xy = start + way * np.linspace(-0.5, 0.5, 4)[:, None]  # four samples each
    ink = np.linalg.norm(way, axis=3) / 4 * (rng.random((n, SPECKS, 1)) < 0.5)
    return xy.reshape(n, SPECKS * 4, 2), np.repeat(ink, 4, axis=2).reshape(n, SPECKS * 4)


def render(xy: np.ndarray, ink: np.ndarray, rng: np.random.Generator) -> np.ndarray:
    """Pictures (n, SIDE, SIDE) uint8 of a round soft pen that leaves `ink` at `xy`."""
    n = len(xy)
    pen = rng.uniform(*PEN, (n, 1)) * np.exp(waves(xy / SIDE, np.full(n, 0.12), rng))
    ink = ink * np.exp(waves(xy / SIDE, np.full(n, 0.25), rng)) / pen
    # A Gaussian footprint of the squared distance to a sample is a product of one factor per
    # axis, so adding up all samples at all pixels is one small matrix product per picture.
    gap = np.arange(SIDE)[:, None] - xy.transpose(2, 0, 1)[:, :, None]
    across, below = np.exp(-0.5 * (gap / pen[:, None]) ** 2).astype(np.float32)
    paint = (below * ink[:, None]).astype(np.float32) @ across.transpose(0, 2, 1)
    # Paper takes up only so much: crossings do not get brighter, and strokes get flat tops.
    flow, peak = rng.uniform(0.5, 1.6, (n, 1, 1)), rng.uniform(0.6, 1.0, (n, 1, 1))
    grey = peak * (1 - np.exp(-flow * paint))
    grey += rng.uniform(0, NOISE, (n, 1, 1)) * rng.standard_normal(grey.shape, np.float32)
    return np.rint(255 * grey.clip(0, 1)).astype(np.uint8)


def draw(count: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Draw `count` digits: pictures (count, 28, 28) uint8, white on black, and labels (count,).

    The classes are as even as they can be and in random order.  A seed gives the same bytes each
    time (on one machine: another one's arithmetic may round a grey value differently).
    """
    rng = np.random.default_rng(seed)
    labels = rng.permutation(np.arange(count) % 10).astype(np.uint8)
    way = rng.random(count)
    pictures = np.empty((count, SIDE, SIDE), np.uint8)
    for digit in range(10):
        ways = [text for d, text in GLYPHS if d == digit]
        for i, text in enumerate(ways):
            mine = np.flatnonzero((labels == digit) & (np.floor(way * len(ways)) == i))
            for ids in np.split(mine, range(CHUNK, len(mine), CHUNK)):
                parts = write(text, len(ids), rng), specks(len(ids), rng)
                xy, ink = (np.concatenate(both, axis=1) for both in zip(*parts, strict=True))
                pictures[ids] = render(xy, ink, rng)
    return pictures, labels
