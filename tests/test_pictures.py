"""Decoding: odd pictures, bad pictures, masks in step, and a cache that a kill does not spoil."""

import json
import os
import signal
import sys
import time
import tracemalloc
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.datasets import pictures
from helpers.datasets.pictures import decode, find_pictures

RED, GREEN, BLUE, WHITE = (255, 0, 0), (0, 255, 0), (0, 0, 255), (255, 255, 255)
pytestmark = pytest.mark.usefixtures("cache_folder")
unix = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


def save(image: Image.Image, path: Path, **options) -> Path:
    path.parent.mkdir(exist_ok=True, parents=True)
    image.save(path, **options)
    return path


def half(left, right, mode="RGB", size=(32, 32)) -> Image.Image:
    """Left half of one colour, right half of another."""
    image = Image.new(mode, size, left)
    image.paste(right, (size[0] // 2, 0, *size))
    return image


def many(folder: Path, count: int, size=(20, 20)) -> list[Path]:
    return [
        save(Image.new("RGB", size, (i % 256, 0, 0)), folder / f"{i:05}.png") for i in range(count)
    ]


def sides(x: np.ndarray) -> tuple:
    """Mean colours of the left and right of one picture (C, H, W)."""
    width = x.shape[-1]
    return tuple(
        tuple(part.mean((1, 2)).round().astype(int).tolist())
        for part in (x[..., : width // 2 - 2], x[..., width // 2 + 2 :])
    )


def test_rows_are_in_the_order_of_the_request(tmp_path):
    files = many(tmp_path / "in", 600)[::-1]
    got = decode(files, 8)
    assert got.x.shape == (600, 3, 8, 8) and got.y is None and got.skipped == []
    assert got.x[:, 0, 0, 0].tolist() == [i % 256 for i in range(600)][::-1]
    assert got.kept.tolist() == list(range(600)) and isinstance(got.x, np.memmap)


def test_odd_pictures(tmp_path):
    """Palette, CMYK, 16 bits, alpha, grey, EXIF, GIF: each as a person sees it."""
    wanted = (RED, BLUE)
    colour, black = half(RED, BLUE), half(0, 255, "L")
    sixteen = Image.fromarray(np.array(half(100, 200, "L")).astype(np.uint16) * 257)
    see_through = half((255, 0, 0, 255), (9, 9, 9, 0), "RGBA")
    palette = colour.quantize(4)
    turned = Image.Exif()
    turned[0x0112] = 6  # to be turned by a quarter to the right
    cases = {
        "plain.png": (colour, {}, wanted),
        "palette.png": (palette, {}, wanted),
        "palette.gif": (palette, {}, wanted),
        "cmyk.jpg": (colour.convert("CMYK"), {"quality": 95}, wanted),
        "cmyk.tif": (colour.convert("CMYK"), {}, wanted),
        "alpha.png": (see_through, {}, (RED, WHITE)),
        "grey alpha.png": (half((0, 255), (0, 0), "LA"), {}, ((0, 0, 0), WHITE)),
        "transparent palette.png": (see_through.convert("RGB").quantize(4), {}, (RED, (9, 9, 9))),
        "grey.png": (black, {}, ((0, 0, 0), WHITE)),
        "one bit.png": (black.convert("1"), {}, ((0, 0, 0), WHITE)),
        "sixteen.png": (sixteen, {}, ((100,) * 3, (200,) * 3)),
        "exif.jpg": (colour.rotate(90), {"exif": turned, "quality": 95}, wanted),
        "Grüße aus Köln.webp": (colour, {"lossless": True}, wanted),
    }
    for name, (image, options, expected) in cases.items():
        got = sides(decode([save(image, tmp_path / "in" / name, **options)], 32).x[0])
        assert np.abs(np.subtract(got, expected)).max() <= 4, name
    grey = decode(find_pictures(tmp_path / "in"), 32, channels=1)
    assert grey.x.shape == (len(cases), 1, 32, 32)


def test_fill_and_crop_or_squash(tmp_path):
    """The middle of a wide picture, or all of it; a mask is cut in the same way."""
    wide = Image.new("RGB", (96, 32), WHITE)
    wide.paste(RED, (32, 0, 64, 32))
    mask = Image.new("L", (96, 32), 0)
    mask.paste(1, (32, 0, 64, 32))
    files, masks = [save(wide, tmp_path / "w.png")], [save(mask, tmp_path / "m.png")]
    middle = decode(files, 16, masks=masks)
    assert (middle.x[0, 1, :, 1:-1] == 0).all() and (middle.y[0] == 1).all()
    whole = decode(files, (8, 24), masks=masks, squash=True)
    assert whole.x.shape == (1, 3, 8, 24) and whole.y.shape == (1, 8, 24)
    assert (whole.y[0, :, 8:16] == 1).all() and whole.y.sum() == 64
    tall = decode([save(wide.rotate(90, expand=True), tmp_path / "t.png")], 16)
    assert (tall.x[0, 1, 1:-1] == 0).all()


def test_masks_keep_their_labels(tmp_path):
    """Nearest pixel: no label appears that was not there; a palette mask gives its indices."""
    labels = np.random.default_rng(0).choice([0, 3, 11], (60, 90)).astype(np.uint8)
    plain = Image.fromarray(labels)
    palette = Image.fromarray(labels)
    palette.putpalette(list(range(255, -1, -1)) * 3)
    photo = save(Image.new("RGB", (90, 60)), tmp_path / "p.png")
    for name, mask in (("plain.png", plain), ("palette.png", palette)):
        got = decode([photo], 37, masks=[save(mask, tmp_path / name)], classes=12).y
        assert set(np.unique(got)) == {0, 3, 11}


def test_carvana_masks(tmp_path):
    """GIF in black and white, and PNG with soft edges: car or not, by a threshold."""
    photo = save(Image.new("RGB", (32, 32)), tmp_path / "p.jpg")
    gif = save(half(0, 255, "L").convert("1"), tmp_path / "m.gif")
    soft = half(64, 191, "L")
    for mask in (
        gif,
        save(soft, tmp_path / "m.png"),
        save(soft.convert("RGB"), tmp_path / "c.png"),
    ):
        got = decode([photo], 32, masks=[mask], threshold=128, classes=2).y[0]
        assert (got[:, :16] == 0).all() and (got[:, 16:] == 1).all()


def test_unknown_labels_are_named(tmp_path):
    photo = save(Image.new("RGB", (32, 32)), tmp_path / "p.jpg")
    mask = save(half(3, 200, "L"), tmp_path / "mask 7.png")
    with pytest.raises(ValueError, match=r"mask 7.png has the label values 200; allowed: 0 to 11"):
        decode([photo], 16, masks=[mask], classes=12)
    colour = save(half(RED, BLUE), tmp_path / "colour.png")
    with pytest.raises(ValueError, match="colour.png is a mask of mode RGB.*threshold"):
        decode([photo], 16, masks=[colour], classes=12)


def test_targets_have_their_own_size(tmp_path):
    small = [save(half(RED, BLUE), tmp_path / "s.png")]
    large = [save(half(RED, BLUE, size=(128, 128)), tmp_path / "l.png")]
    got = decode(small, 24, targets=large, target_size=96)
    assert got.x.shape == (1, 3, 24, 24) and got.y.shape == (1, 3, 96, 96)
    assert sides(got.y[0]) == (RED, BLUE)


def test_a_picture_and_mask_of_different_sizes(tmp_path):
    photo = save(Image.new("RGB", (32, 32)), tmp_path / "p.png")
    other = save(Image.new("L", (64, 64)), tmp_path / "o.png")
    with pytest.raises(ValueError, match="o.png is 64x64, its picture .*p.png is 32x32"):
        decode([photo], 16, masks=[other])
    wide = save(Image.new("RGB", (64, 32)), tmp_path / "w.png")
    with pytest.raises(ValueError, match="do not belong together"):
        decode([photo], 16, targets=[wide])
    exif = Image.Exif()
    exif[0x0112] = 6
    lying = save(Image.new("RGB", (64, 32)), tmp_path / "lying.jpg", exif=exif)
    upright = save(Image.new("L", (32, 64)), tmp_path / "upright.png")
    assert decode([lying], 16, masks=[upright]).y.shape == (1, 16, 16)  # as it is looked at


def bomb(path: Path) -> Path:
    """A small file that says it has 20,000 x 20,000 pixels."""
    image = save(Image.new("L", (20, 20)), path).read_bytes()
    import struct
    import zlib

    header = b"IHDR" + struct.pack(">II", 20_000, 20_000) + image[24:29]
    path.write_bytes(image[:12] + header + struct.pack(">I", zlib.crc32(header)) + image[33:])
    return path


def test_bad_pictures_are_named_or_skipped(tmp_path, capsys):
    """Corrupt, cut, empty, no picture, a bomb: an error with the name, or a report."""
    files = many(tmp_path / "in", 50)
    good = save(half(RED, BLUE, size=(200, 200)), tmp_path / "good.jpg").read_bytes()
    bad = {"cut.jpg": good[:700], "empty.png": b"", "text.png": b"<html></html>"}
    for name, content in bad.items():
        (tmp_path / name).write_bytes(content)
    paths = [tmp_path / name for name in bad] + [bomb(tmp_path / "bomb.png")]
    for path in paths:
        with pytest.raises(ValueError, match=f"{path.name} cannot be read as a picture"):
            decode([*files[:30], path, *files[30:]], 8)
    mixed = [paths[0], *files[:20], paths[1], *files[20:], *paths[2:]]
    got = decode(mixed, 8, skip_bad=True)
    assert "4 of 54 pictures left out" in capsys.readouterr().out
    assert len(got.x) == 50 and len(got.skipped) == 4 and "cut.jpg" in got.skipped[0]
    assert [mixed[i] for i in got.kept] == files
    assert got.x[:, 0, 0, 0].tolist() == list(range(50))
    with pytest.raises(ValueError, match="none of the 4 pictures"):
        decode(paths, 8, skip_bad=True)


def test_nothing_to_decode(tmp_path):
    (tmp_path / "notes.txt").write_text("no picture")
    with pytest.raises(FileNotFoundError, match=f"in {tmp_path}"):
        find_pictures(tmp_path)
    with pytest.raises(ValueError, match="empty"):
        decode([], 8)
    with pytest.raises(ValueError, match="3 pictures, 2 masks"):
        decode(many(tmp_path / "in", 3), 8, masks=many(tmp_path / "in", 2))
    with pytest.raises(FileNotFoundError, match="gone.png"):
        decode([tmp_path / "gone.png"], 8)


def test_names_with_spaces_and_umlauts(tmp_path):
    files = many(tmp_path / "Fotos von Jürgen" / "schöne Bilder", 3)
    assert find_pictures(tmp_path / "Fotos von Jürgen") == files
    assert decode(files, 8).x[:, 0, 0, 0].tolist() == [0, 1, 2]


def test_the_cache_follows_the_request(tmp_path, cache_folder, monkeypatch):
    """Same request: not decoded again. Other parameters, or a changed file: decoded again."""
    files = many(tmp_path / "in", 10)
    first = decode(files, 8).x.copy()
    with monkeypatch.context() as patch:
        patch.setattr(pictures.Image, "open", lambda path: pytest.fail("decoded again"))
        assert np.array_equal(decode(files, 8).x, first)
    folders = len(list(cache_folder.glob("pictures-*[!k]")))
    decode(files, 9)
    decode(files, 8, channels=1)
    decode(files, 8, squash=True)
    decode(files[::-1], 8)
    assert len(list(cache_folder.glob("pictures-*[!k]"))) == folders + 4
    save(Image.new("RGB", (20, 20), WHITE), files[3])
    assert decode(files, 8).x[3].min() == 255
    os.utime(files[3], ns=(1, 1))  # the same size, written at another time
    decode(files, 8)
    monkeypatch.setattr(pictures, "VERSION", 2)
    decode(files, 8)
    assert len(list(cache_folder.glob("pictures-*[!k]"))) == folders + 7


def test_writing_to_the_arrays_does_not_spoil_the_cache(tmp_path):
    files = many(tmp_path / "in", 4)
    decode(files, 8).x[:] = 77
    assert decode(files, 8).x[:, 0, 0, 0].tolist() == [0, 1, 2, 3]


@unix
def test_killed_while_decoding(tmp_path, cache_folder):
    """SIGKILL at any file leaves nothing that is taken for whole, and the next run cleans up."""
    files = many(tmp_path / "in", 40)
    for at in (0, 20, 39):

        def work(at=at):
            def hook(event, args):
                if event == "open" and str(args[0]) == str(files[at]):
                    os.kill(os.getpid(), signal.SIGKILL)

            sys.addaudithook(hook)
            decode(files, 8)

        child = get_context("fork").Process(target=work)
        child.start()
        child.join(60)
        assert child.exitcode == -signal.SIGKILL
        assert not list(cache_folder.glob("*/index.json")) or list(cache_folder.glob("*.part"))
    assert decode(files, 8).x[:, 0, 0, 0].tolist() == list(range(40))
    assert not list(cache_folder.glob("*.part"))


@unix
def test_two_processes_decode_once(tmp_path, cache_folder):
    files, log = many(tmp_path / "in", 40), tmp_path / "log"

    def work():
        def hook(event, args):
            if event == "open" and str(args[0]) == str(files[0]):
                with open(log, "a") as f:
                    f.write("decoded\n")
                time.sleep(0.2)

        sys.addaudithook(hook)
        assert decode(files, 8).x[:, 0, 0, 0].tolist() == list(range(40))

    children = [get_context("fork").Process(target=work) for _ in range(2)]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0]
    assert log.read_text() == "decoded\n"


def test_memory_stays_flat(tmp_path, monkeypatch):
    """Four times as many pictures, the same peak: what is decoded waits on disk, not in memory."""
    monkeypatch.setattr(pictures, "MEMORY", 1_000_000)
    files, peaks = many(tmp_path / "in", 1), []
    for count in (500, 2000):
        tracemalloc.start()
        decode(files * count, 40)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000 < 2000 * 3 * 40 * 40


def test_no_room_is_said_before(tmp_path, monkeypatch):
    usage = pictures.shutil.disk_usage(tmp_path)._replace(free=100)
    monkeypatch.setattr(pictures.shutil, "disk_usage", lambda path: usage)
    with pytest.raises(OSError, match="LESSON_CACHE"):
        decode(many(tmp_path / "in", 3), 8)


def test_the_index_is_plain_json(tmp_path, cache_folder):
    """Never a pickle: what lies in a cache folder is data."""
    decode(many(tmp_path / "in", 3), 8)
    (index,) = cache_folder.glob("*/index.json")
    assert json.loads(index.read_text()) == {"count": 3, "bad": [], "skipped": []}
