"""The MNIST reader: right where the files are right, and clear where they are not."""

import gzip
import os
from dataclasses import replace

import numpy as np
import pytest
import torch
from torchvision.datasets.mnist import read_image_file, read_label_file

from helpers import cache, datasets, settings
from helpers.datasets import idx
from helpers.standins import digits


@pytest.fixture
def real(tmp_path):
    """A run on a folder with a tiny real set, written in MNIST's format."""
    for prefix, count in (("train", 60), ("t10k", 10)):
        x, y = digits.draw(count, seed=count)
        (tmp_path / "mnist").mkdir(exist_ok=True)
        idx.write(tmp_path / "mnist" / f"{prefix}-images-idx3-ubyte.gz", x)
        idx.write(tmp_path / "mnist" / f"{prefix}-labels-idx1-ubyte.gz", y)
    environment = {"LESSON_SOURCE": "real", "LESSON_DATA": str(tmp_path)}
    return settings.start("01_mnist_resnet", environment)


def labels(run):
    return run.data / "mnist" / "train-labels-idx1-ubyte.gz"


def test_idx_agrees_with_torchvision(tmp_path):
    x, y = digits.draw(20, seed=3)
    idx.write(tmp_path / "x", x)
    idx.write(tmp_path / "y", y)
    assert torch.equal(
        read_image_file(str(tmp_path / "x")), torch.from_numpy(idx.read(tmp_path / "x").copy())
    )
    assert read_label_file(str(tmp_path / "y")).tolist() == idx.read(tmp_path / "y").tolist()


def test_parts_are_disjoint_and_complete(real):
    data = datasets.mnist(real)
    assert (len(data.train.x), len(data.valid.x), len(data.test.x)) == (50, 10, 10)
    assert data.train.x.shape[1:] == (1, 28, 28) and data.train.x.dtype == torch.uint8
    together = torch.cat([data.train.x, data.valid.x]).flatten(1).tolist()
    original = idx.read(real.data / "mnist" / "train-images-idx3-ubyte.gz").reshape(60, -1).tolist()
    assert sorted(together) == sorted(original)


def test_plain_files_are_found_too(real):
    path = labels(real)
    path.with_suffix("").write_bytes(gzip.decompress(path.read_bytes()))
    path.unlink()
    assert len(datasets.mnist(real).train.y) == 50


def test_a_missing_set_says_what_to_type(real):
    labels(real).unlink()
    with pytest.raises(FileNotFoundError, match="make data NB=01"):
        datasets.mnist(real)


def truncated(path):
    path.write_bytes(path.read_bytes()[:-20])


def shortened(path):
    path.write_bytes(gzip.compress(gzip.decompress(path.read_bytes())[:-1]))


def wrong_magic(path):
    path.write_bytes(gzip.compress(b"\0\0\x0d\1" + gzip.decompress(path.read_bytes())[4:]))


def no_archive(path):
    path.write_bytes(b"<html>not found</html>")


def empty(path):
    path.write_bytes(b"")


def too_few(path):
    idx.write(path, np.zeros(59, np.uint8))


def label_of_ten(path):
    idx.write(path, np.full(60, 10, np.uint8))


def pictures_as_labels(path):
    idx.write(path, np.zeros((60, 28, 28), np.uint8))


@pytest.mark.parametrize(
    "damage",
    [
        truncated,
        shortened,
        wrong_magic,
        no_archive,
        empty,
        too_few,
        label_of_ten,
        pictures_as_labels,
    ],
)
def test_damaged_files_are_named(real, damage):
    damage(labels(real))
    with pytest.raises(ValueError, match="train-labels-idx1-ubyte.gz"):
        datasets.mnist(real)


def test_pictures_of_another_size_are_refused(real):
    idx.write(real.data / "mnist" / "train-images-idx3-ubyte.gz", np.zeros((60, 32, 32), np.uint8))
    with pytest.raises(ValueError, match="expected \\(N, 28, 28\\)"):
        datasets.mnist(real)


def test_standin_comes_through_the_same_reader(quick, monkeypatch, tmp_path):
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path))
    data = datasets.mnist(quick)
    assert (len(data.train.x), len(data.valid.x), len(data.test.x)) == (5000, 1000, 1000)
    assert "stand-in" in data.source
    with pytest.raises(FileNotFoundError):  # full never falls back to stand-ins in silence
        datasets.mnist(replace(quick, profile="full", source="real", data=tmp_path / "nothing"))


def test_digits_are_repeatable_and_balanced():
    x, y = digits.draw(200, seed=5)
    again, _ = digits.draw(200, seed=5)
    other, _ = digits.draw(200, seed=6)
    assert x.shape == (200, 28, 28) and x.dtype == np.uint8
    assert (x == again).all() and (x != other).any()
    assert np.bincount(y).tolist() == [20] * 10


def test_a_failed_build_leaves_nothing_behind(monkeypatch, tmp_path):
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path))

    def fail(folder):
        (folder / "half").write_text("half")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        cache.build_once("set", "key", fail)
    assert not [name for name in os.listdir(tmp_path) if not name.endswith(".lock")]
    made = cache.build_once("set", "key", lambda folder: (folder / "whole").write_text("1"))
    assert cache.build_once("set", "key", fail) == made and (made / "whole").exists()
