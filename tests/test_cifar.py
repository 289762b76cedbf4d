"""CIFAR-10: the reader, right where the files are right and clear where not; the stand-in."""

import pickle
from dataclasses import replace

import numpy as np
import pytest
import torch
from torchvision.datasets import CIFAR10

from helpers import datasets, settings
from helpers.datasets import cifar
from helpers.standins import objects

NAMES = [*cifar.TRAIN, cifar.TEST]


@pytest.fixture
def real(tmp_path):
    """A run on a folder with a tiny real set: six files of 20 records."""
    (tmp_path / "cifar10").mkdir()
    for seed, name in enumerate(NAMES):
        cifar.write(tmp_path / "cifar10" / name, *objects.draw(20, seed))
    environment = {"LESSON_SOURCE": "real", "LESSON_DATA": str(tmp_path)}
    return settings.start("06_cifar10_from_scratch", environment)


def file(run, name="data_batch_3.bin"):
    return run.data / "cifar10" / name


def test_a_record_is_a_label_and_three_planes(tmp_path):
    picture = np.arange(3072, dtype=np.uint16).astype(np.uint8).reshape(1, 3, 32, 32)
    cifar.write(tmp_path / "one.bin", picture, np.array([7], np.uint8))
    content = (tmp_path / "one.bin").read_bytes()
    assert len(content) == 3073 and content[0] == 7
    assert content[1 : 1 + 1024] == picture[0, 0].tobytes()  # all of red, then green, then blue
    x, y = cifar.read(tmp_path / "one.bin")
    assert (x == picture).all() and y.tolist() == [7]


def test_agrees_with_torchvision(tmp_path, monkeypatch):
    """The same records in the version for Python, read by torchvision, give the same pictures."""
    x, y = objects.draw(10, seed=4)
    cifar.write(tmp_path / "ten.bin", x, y)
    folder = tmp_path / "cifar-10-batches-py"
    folder.mkdir()
    (folder / "test_batch").write_bytes(
        pickle.dumps({"data": x.reshape(10, -1), "labels": y.tolist()})
    )
    monkeypatch.setattr(CIFAR10, "_check_integrity", lambda self: True)
    monkeypatch.setattr(CIFAR10, "_load_meta", lambda self: None)
    theirs = CIFAR10(str(tmp_path), train=False)
    ours, labels = cifar.read(tmp_path / "ten.bin")
    assert (theirs.data == ours.transpose(0, 2, 3, 1)).all() and theirs.targets == labels.tolist()


def test_parts_are_disjoint_and_complete(real):
    data = datasets.cifar10(real)
    assert (len(data.train.x), len(data.valid.x), len(data.test.x)) == (90, 10, 20)
    assert data.train.x.shape[1:] == (3, 32, 32) and data.train.x.dtype == torch.uint8
    assert data.train.y.dtype == torch.int64
    together = torch.cat([data.train.x, data.valid.x]).flatten(1).tolist()
    original = np.concatenate([cifar.read(file(real, name))[0] for name in cifar.TRAIN])
    assert sorted(together) == sorted(original.reshape(100, -1).tolist())
    assert (data.test.x.numpy() == cifar.read(file(real, cifar.TEST))[0]).all()


def test_a_part_of_the_set_says_so(real, monkeypatch):
    assert "PART of the real set" in datasets.cifar10(real).source
    monkeypatch.setattr(cifar, "OFFICIAL", 20)
    assert datasets.cifar10(real).source == "cifar10, real: 90, 10, 20 pictures"


def test_a_missing_file_says_what_to_type(real):
    file(real).unlink()
    with pytest.raises(FileNotFoundError, match="data_batch_3.bin .*make data NB=06"):
        datasets.cifar10(real)


def truncated(path):
    path.write_bytes(path.read_bytes()[:-20])


def empty(path):
    path.write_bytes(b"")


def no_archive(path):
    path.write_bytes(b"<html>not found</html>")


def label_of_ten(path):
    content = bytearray(path.read_bytes())
    content[5 * cifar.RECORD] = 10
    path.write_bytes(content)


def too_few(path):
    path.write_bytes(path.read_bytes()[: -2 * cifar.RECORD])


@pytest.mark.parametrize("damage", [truncated, empty, no_archive, label_of_ten, too_few])
def test_damaged_files_are_named(real, damage):
    damage(file(real))
    with pytest.raises(ValueError, match=r"data_batch_3\.bin.*get"):
        datasets.cifar10(real)


def test_the_wrong_record_is_named(real):
    label_of_ten(file(real))
    with pytest.raises(ValueError, match="record 5 has the label 10"):
        datasets.cifar10(real)


def test_the_version_for_python_is_refused(real):
    file(real).unlink()
    file(real).with_suffix("").write_bytes(pickle.dumps({"data": [1, 2, 3]}))
    with pytest.raises(ValueError, match="get the binary version"):
        datasets.cifar10(real)


def test_standin_comes_through_the_same_reader(quick, monkeypatch, tmp_path):
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path))
    data = datasets.cifar10(quick)
    assert (len(data.train.x), len(data.valid.x), len(data.test.x)) == (4500, 500, 1000)
    assert "stand-in" in data.source and len(data.classes) == 10
    with pytest.raises(FileNotFoundError):  # full never falls back to stand-ins in silence
        datasets.cifar10(replace(quick, profile="full", source="real", data=tmp_path / "nothing"))


def test_objects_are_repeatable_and_balanced():
    x, y = objects.draw(200, seed=5)
    again, _ = objects.draw(200, seed=5)
    other, _ = objects.draw(200, seed=6)
    assert x.shape == (200, 3, 32, 32) and x.dtype == np.uint8
    assert (x == again).all() and (x != other).any()
    assert np.bincount(y).tolist() == [20] * 10


def test_colour_alone_says_little():
    """The nearest mean colour names about one thing in six: shapes have to be learned."""
    x, y = objects.draw(2000, seed=7)
    colour = x.mean((2, 3))
    means = np.stack([colour[:1000][y[:1000] == label].mean(0) for label in range(10)])
    nearest = ((colour[1000:, None] - means) ** 2).sum(2).argmin(1)
    assert (nearest == y[1000:]).mean() < 0.25
