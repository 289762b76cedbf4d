"""Lesson 5's helpers: distances of crowds, the reader of bedrooms, the drawn bedrooms."""

import math
from itertools import permutations, product
from statistics import fmean

import numpy as np
import pytest
import torch
from PIL import Image

from helpers import cache, datasets, metrics, settings
from helpers.standins import bedrooms


@pytest.fixture
def clouds():
    torch.manual_seed(0)
    mix = torch.randn(6, 6).double()
    return torch.randn(400, 6).double(), torch.randn(300, 6).double() @ mix + 0.5


@pytest.fixture
def real(tmp_path, monkeypatch):
    """A run on a folder with thirty real pictures in two folders, JPEG and WebP."""
    monkeypatch.setattr(settings, "_current", None)
    monkeypatch.setattr(cache, "root", lambda: tmp_path / "cache")
    drawn = bedrooms.draw(30, seed=3)
    for number, picture in enumerate(drawn):
        folder, ending = ("a/b", "webp") if number % 3 else ("c", "jpg")
        (tmp_path / "bedrooms" / folder).mkdir(parents=True, exist_ok=True)
        path = tmp_path / "bedrooms" / folder / f"{number:02d}.{ending}"
        Image.fromarray(picture.transpose(1, 2, 0)).save(path)
    environment = {"LESSON_SOURCE": "real", "LESSON_DATA": str(tmp_path)}
    return settings.start("05_wgan_bedrooms", environment)


def test_frechet_distance_on_a_line():
    a, b = torch.tensor([[-1.0], [1], [-1], [1]]), torch.tensor([[2.0], [8], [2], [8]])
    s1, s2 = a.std(), b.std()
    expected = (0 - 5) ** 2 + (s1 - s2) ** 2
    assert metrics.frechet_distance(a, b) == pytest.approx(float(expected))


def test_frechet_distance_of_scaled_axes():
    """Covariances that are diagonal: a sum over the axes."""
    torch.manual_seed(0)
    a = torch.linalg.qr(torch.randn(50, 3).double() - 0.0)[0]
    a = (a - a.mean(0)) @ torch.linalg.inv(torch.linalg.cholesky(torch.cov(a.T))).T
    scale = torch.tensor([1.0, 2.0, 5.0]).double()
    assert metrics.frechet_distance(a, a * scale) == pytest.approx(0 + 1 + 16)


def test_frechet_distance_by_another_formula(clouds):
    """The trace of the root of A B by the eigenvalues of A B, as torchmetrics has it."""
    a, b = clouds
    first, second = torch.cov(a.T), torch.cov(b.T)
    root = torch.linalg.eigvals(first @ second).sqrt().real.sum()
    means = (a.mean(0) - b.mean(0)).square().sum()
    expected = means + first.trace() + second.trace() - 2 * root
    assert metrics.frechet_distance(a, b) == pytest.approx(float(expected), rel=1e-9)


def test_kernel_distance_by_pairs(clouds):
    a, b = clouds[0][:12].tolist(), clouds[1][:9].tolist()

    def like(x, y):
        return (sum(p * q for p, q in zip(x, y)) / 6 + 1) ** 3

    def within(rows):
        return fmean(like(x, y) for x, y in permutations(rows, 2))

    expected = within(a) + within(b) - 2 * fmean(like(x, y) for x, y in product(a, b))
    got = metrics.kernel_distance(torch.tensor(a).double(), torch.tensor(b).double())
    assert got == pytest.approx(expected, rel=1e-5)


def test_kernel_distance_by_hand():
    a, b = torch.tensor([[0.0], [1.0]]), torch.tensor([[1.0], [2.0]])
    within_a, within_b = (0 * 1 + 1) ** 3, (1 * 2 + 1) ** 3
    between = (1 + 1 + (1 + 1) ** 3 + (2 + 1) ** 3) / 4
    assert metrics.kernel_distance(a, b) == pytest.approx(within_a + within_b - 2 * between)


@pytest.mark.parametrize("distance", [metrics.frechet_distance, metrics.kernel_distance])
def test_distances_are_symmetric_and_near_zero_for_like_clouds(distance, clouds):
    a, b = clouds
    assert distance(a, b) == pytest.approx(distance(b, a))
    assert distance(a[:200], a[200:]) < distance(a[:200], b[:200]) / 10
    assert metrics.frechet_distance(a, a) == pytest.approx(0, abs=1e-9)
    assert isinstance(distance(a.float(), b.float()), float)


@pytest.mark.parametrize("distance", [metrics.frechet_distance, metrics.kernel_distance])
def test_distances_refuse_what_they_cannot_compare(distance):
    with pytest.raises(ValueError, match="as many columns"):
        distance(torch.zeros(5, 3), torch.zeros(5, 4))
    with pytest.raises(ValueError, match="two or more rows"):
        distance(torch.zeros(1, 3), torch.zeros(5, 3))
    with pytest.raises(ValueError, match="not finite"):
        distance(torch.full((5, 3), math.nan), torch.zeros(5, 3))


def test_frechet_distance_of_more_columns_than_rows():
    torch.manual_seed(0)
    value = metrics.frechet_distance(torch.randn(10, 40), torch.randn(10, 40) + 1)
    assert math.isfinite(value) and value > 0


def test_bedrooms_are_read_from_any_folders(real):
    data = datasets.bedrooms(real)
    assert data.train.x.shape == (20, 3, 32, 32) and data.valid.x.shape == (10, 3, 32, 32)
    assert data.train.x.dtype == torch.uint8 and data.test is None
    assert data.train.y.tolist() == [0] * 20
    together = torch.cat([data.train.x, data.valid.x]).flatten(1)
    assert len(torch.unique(together, dim=0)) == 30  # no picture stands in both
    assert "SMALL part" in data.source
    assert torch.equal(datasets.bedrooms(real).valid.x, data.valid.x)  # the same in every run


def test_full_runs_have_64_pixels(real, tmp_path):
    run = settings.start(
        "05_wgan_bedrooms", {"LESSON_PROFILE": "full", "LESSON_DATA": str(tmp_path)}
    )
    assert datasets.bedrooms(run).train.x.shape[1:] == (3, 64, 64)


def test_a_missing_set_says_what_to_type(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_current", None)
    environment = {"LESSON_PROFILE": "full", "LESSON_DATA": str(tmp_path)}
    run = settings.start("05_wgan_bedrooms", environment)
    with pytest.raises(FileNotFoundError, match="make data NB=05"):
        datasets.bedrooms(run)
    (tmp_path / "bedrooms").mkdir()
    with pytest.raises(FileNotFoundError, match="no pictures"):
        datasets.bedrooms(run)


def test_a_damaged_picture_is_named(real):
    broken = sorted((real.data / "bedrooms").rglob("*.jpg"))[0]
    broken.write_bytes(broken.read_bytes()[:200])
    with pytest.raises(ValueError, match=broken.name):
        datasets.bedrooms(real)


def test_drawn_bedrooms_are_repeatable_and_differ():
    first, again, other = bedrooms.draw(25, 0), bedrooms.draw(25, 0), bedrooms.draw(25, 1)
    assert first.shape == (25, 3, 64, 64) and first.dtype == np.uint8
    assert (first == again).all() and (first != other).any()
    flat = first.reshape(25, -1).astype(float)
    apart = np.abs(flat[:, None] - flat[None]).mean(2)
    assert apart[~np.eye(25, dtype=bool)].min() > 8  # grey levels: no two alike
    assert bedrooms.draw(0, 0).shape == (0, 3, 64, 64)


def test_drawn_bedrooms_use_the_range_of_bytes():
    x = bedrooms.draw(30, 2)
    assert 70 < x.mean() < 170 and x.std() > 30
    assert (x == 255).mean() < 0.05 and (x == 0).mean() < 0.01  # little is blown out or black


def test_rooms_are_rooms():
    """Ceilings are brighter than floors; the middle of the lower half, the bed, has most colour."""
    x = bedrooms.draw(80, 4).astype(float)
    assert x[:, :, :6].mean() > x[:, :, -6:].mean() + 10
    colour = x.max(1) - x.min(1)
    assert colour[:, 32:52, 20:44].mean() > colour[:, :16].mean() + 10


def test_a_box_hides_what_is_behind_it():
    room = bedrooms.Room(4, np.random.default_rng(0))
    red = np.tile(np.float32([1, 0, 0]), (4, 1))
    blue = np.tile(np.float32([0, 0, 1]), (4, 1))
    middle = (0, 1.4, 2.5)
    room.box(middle, (6, 6, 0.2), red)
    room.box((0, 1.4, 3.0), (1, 1, 0.2), blue)
    assert (room.colour[0] == 1).mean() > 0.6 and not (room.colour[2] == 1).any()
    room.cushion((0, 1.4, 1.5), (0.6, 0.6, 0.6), blue, np.array([True, True, True, False]))
    seen = (room.colour[2] == 1).any(1)
    assert seen.tolist() == [True, True, True, False]
