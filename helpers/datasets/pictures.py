"""Picture files, decoded once: a list of files becomes arrays of bytes, kept in the cache.

Pillow releases Python's lock while it decodes, so that threads are enough, on every system and in
notebooks. The arrays are memory maps: the second call takes milliseconds, whatever their size.
"""

import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import islice
from pathlib import Path
from typing import NamedTuple

import numpy as np
from PIL import Image, ImageOps
from tqdm import tqdm

from helpers import cache

VERSION = 1  # raise it when the same request gives other bytes
MEMORY = 100_000_000  # bytes of decoded pictures that wait to be written, about
PIXELS = 100_000_000  # a larger picture is a mistake or an attack: it would take 300 MB and more
ENDINGS = {".jpg", ".jpeg", ".png", ".gif", ".bmp", ".webp", ".tif", ".tiff", ".ppm"}


class Pictures(NamedTuple):
    """Decoded pictures, one row a file, in the order of the request."""

    x: np.ndarray  # (N, C, H, W) uint8, a memory map
    y: np.ndarray | None  # masks (N, H, W), or target pictures (N, C, H2, W2); uint8, a memory map
    kept: np.ndarray  # (N,) which files of the request they are: all, unless some were skipped
    skipped: list[str]  # what was wrong with the others


def find_pictures(folder: Path, pattern: str = "**/*") -> list[Path]:
    """All picture files below a folder, sorted; FileNotFoundError where there are none.

    Names that begin with a dot are left out: macOS puts such files, no pictures, into archives.
    """
    found = [
        p
        for p in sorted(Path(folder).glob(pattern))
        if p.suffix.lower() in ENDINGS and not p.name.startswith(".")
    ]
    if not found:
        raise FileNotFoundError(f"no pictures {pattern!r} in {folder}: is it the right folder?")
    return found


def decode(
    files: Sequence[Path],
    size: int | tuple[int, int],
    *,
    masks: Sequence[Path] | None = None,
    targets: Sequence[Path] | None = None,
    target_size: int | tuple[int, int] | None = None,
    channels: int = 3,
    squash: bool = False,
    classes: int | None = None,
    threshold: int | None = None,
    skip_bad: bool = False,
) -> Pictures:
    """Files as arrays of bytes, resized so that they fill `size` and cropped to its middle.

    size: pixels, one number or (height, width). channels: 3 (colour) or 1 (grey). squash: do not
    crop, change the proportions. Alpha is laid over white, 16 bits become 8, EXIF turns are done.

    masks: a file for each picture, of the same size, resized by taking the nearest pixel. Their
    values are labels (of a palette picture: its indices) and must be below `classes`; with a
    `threshold`, their grey levels become 0 below it and 1 from it on.
    targets: another picture for each, at `target_size` (default: `size`), of the same proportions.

    ValueError names the first file that cannot be used; with `skip_bad` such files are left out,
    counted in a printed line and listed in the result.
    """
    beside = masks if masks is not None else targets
    if not len(files):
        raise ValueError("the list of pictures is empty: is the folder the right one?")
    if beside is not None and len(beside) != len(files):
        raise ValueError(f"{len(files):,} pictures, {len(beside):,} masks or targets: need as many")
    read = partial(_picture, size=_pair(size), channels=channels, squash=squash)
    shapes = [(channels, *_pair(size))]
    if masks is not None:
        read_other = partial(
            _mask, size=_pair(size), squash=squash, classes=classes, threshold=threshold
        )
        shapes.append(_pair(size))
    elif targets is not None:
        target_size = _pair(target_size or size)
        read_other = partial(_picture, size=target_size, channels=channels, squash=squash)
        shapes.append((channels, *target_size))

    def row(paths: tuple[Path, ...]) -> list[np.ndarray] | str:
        try:
            x, was = read(paths[0])
            if len(paths) == 1:
                return [x]
            y, other = read_other(paths[1])
            if masks is not None and was != other or not _alike(was, other):
                sizes = f"{other[0]}x{other[1]}, its picture {paths[0]} is {was[0]}x{was[1]}"
                raise ValueError(f"{paths[1]} is {sizes}: they do not belong together")
            return [x, y]
        except ValueError as e:
            if not skip_bad:
                raise
            return str(e)

    key = hashlib.sha256(repr((VERSION, shapes, squash, classes, threshold, skip_bad)).encode())
    for path in [*files, *(beside or ())]:
        status = os.stat(path)
        key.update(f"{path}\0{status.st_size}\0{status.st_mtime_ns}\0".encode(errors="replace"))
    pairs = zip(files) if beside is None else zip(files, beside)
    build = partial(_build, row=row, pairs=pairs, shapes=shapes, count=len(files))
    folder = cache.build_once("pictures", key.hexdigest(), build)
    index = json.loads((folder / "index.json").read_text())
    arrays = [
        np.memmap(folder / f"{i}.bin", np.uint8, "c", shape=(index["count"], *shape))
        for i, shape in enumerate(shapes)
    ]
    kept = np.delete(np.arange(len(files)), index["bad"])
    return Pictures(arrays[0], arrays[1] if len(arrays) > 1 else None, kept, index["skipped"])


def whole(path: Path) -> np.ndarray:
    """One picture in its own size and in colour, (3, H, W) bytes; ValueError names a bad file."""
    image = _bytes(_open(path)[0], path, 3)
    return np.asarray(image).transpose(2, 0, 1).copy()


def _build(folder: Path, row: Callable, pairs: Iterator, shapes: list, count: int) -> None:
    """Write the rows of all pairs into `folder`, and what was left out."""
    each, free = sum(int(np.prod(s)) for s in shapes), shutil.disk_usage(folder).free
    need, at_once = count * each, max(16, min(256, MEMORY // each))
    if need > free:
        raise OSError(
            f"the decoded pictures need {need / 1e9:.1f} GB, {free / 1e9:.1f} are free in "
            f"{folder.parent}: make room, or set LESSON_CACHE to a folder on another disk"
        )
    bad, skipped, done = [], [], 0
    outs = [open(folder / f"{i}.bin", "wb") for i in range(len(shapes))]
    bar = tqdm(total=count, desc="decoding", unit=" pictures", disable=None, leave=False)
    with ThreadPoolExecutor(min(16, os.cpu_count() or 1)) as pool, bar:
        try:
            while block := list(islice(pairs, at_once)):
                for number, result in enumerate(pool.map(row, block), start=done):
                    if isinstance(result, str):
                        bad.append(number)
                        skipped.append(result)
                    else:
                        for out, array in zip(outs, result):
                            out.write(array.tobytes())
                    bar.update()
                done += len(block)
        finally:
            for out in outs:
                out.close()
    if len(bad) == count:
        raise ValueError(f"none of the {count:,} pictures can be used; the first: {skipped[0]}")
    if bad:
        print(f"{len(bad):,} of {count:,} pictures left out, the first: {skipped[0]}")
    index = {"count": count - len(bad), "bad": bad, "skipped": skipped}
    (folder / "index.json").write_text(json.dumps(index))


def _open(path: Path, draft: tuple[int, int] | None = None) -> tuple[Image.Image, tuple[int, int]]:
    """The decoded picture, upright, and its full size (width, height); ValueError names the file.

    draft: a JPEG may be decoded at a half, a quarter or an eighth that is not smaller than this.
    """
    try:
        with Image.open(path) as image:
            if image.width * image.height > PIXELS:
                raise ValueError(f"{image.width}x{image.height} are too many pixels")
            full = image.size
            if draft is not None:
                image.draft(None, (max(draft), max(draft)))
            image.load()
            lies = image.getexif().get(0x0112, 1) >= 5  # the camera was turned by a quarter
            return ImageOps.exif_transpose(image), full[::-1] if lies else full
    except (OSError, SyntaxError, ValueError, Image.DecompressionBombError, MemoryError) as e:
        raise ValueError(f"{path} cannot be read as a picture: {e}") from e


def _picture(path: Path, size: tuple, channels: int, squash: bool) -> tuple[np.ndarray, tuple]:
    """Bytes (channels, height, width), and the picture's own (width, height)."""
    image, full = _open(path, draft=(2 * size[1], 2 * size[0]))
    image = _bytes(image, path, channels)
    image = _resize(image, size, squash, Image.Resampling.BILINEAR)
    array = np.asarray(image)
    return array.transpose(2, 0, 1) if channels == 3 else array[None], full


def _bytes(image: Image.Image, path: Path, channels: int) -> Image.Image:
    """With 8 bits a channel, in colour or grey, without transparency."""
    if image.mode.startswith("I"):  # 16 bits a pixel
        image = Image.fromarray((np.asarray(image) >> 8).clip(0, 255).astype(np.uint8))
    elif image.mode == "F":
        raise ValueError(f"{path} holds fractions, not bytes: convert it to 8 bits first")
    if image.mode in ("RGBA", "RGBa", "LA", "La", "PA") or "transparency" in image.info:
        image = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", image.size, "white"), image)
    return image.convert("RGB" if channels == 3 else "L")


def _mask(
    path: Path, size: tuple[int, int], squash: bool, classes: int | None, threshold: int | None
) -> tuple[np.ndarray, tuple]:
    """Labels (height, width) as bytes, and the mask's own (width, height)."""
    image, full = _open(path)
    if threshold is not None:
        image = image.convert("L").point([0] * threshold + [1] * (256 - threshold))
    elif image.mode not in ("L", "P", "1"):
        raise ValueError(
            f"{path} is a mask of mode {image.mode}, not of labels 0 to 255: for a picture in "
            "black and white, say threshold=128"
        )
    labels = np.asarray(_resize(image, size, squash, Image.Resampling.NEAREST)).astype(np.uint8)
    if classes is not None and labels.max() >= classes:
        found = ", ".join(map(str, np.unique(labels[labels >= classes])[:10]))
        raise ValueError(f"{path} has the label values {found}; allowed: 0 to {classes - 1}")
    return labels, full


def _resize(image: Image.Image, size: tuple[int, int], squash: bool, how: int) -> Image.Image:
    """To (height, width): all of it if squashed, else its largest middle part of that shape."""
    height, width = size
    scale = min(image.width / width, image.height / height)
    w, h = (image.width, image.height) if squash else (width * scale, height * scale)
    left, top = (image.width - w) / 2, (image.height - h) / 2
    return image.resize((width, height), how, box=(left, top, left + w, top + h))


def _alike(a: tuple[int, int], b: tuple[int, int]) -> bool:
    """Have two sizes the same proportions, to 5 % (small pictures round)?"""
    return abs(a[0] * b[1] / (a[1] * b[0]) - 1) < 0.05


def _pair(size: int | tuple[int, int]) -> tuple[int, int]:
    return (size, size) if isinstance(size, int) else tuple(size)
