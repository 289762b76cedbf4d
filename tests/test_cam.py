"""Lesson 8: the stand-in cats and dogs, their reader, maps over pictures, the lesson's formulas."""

from collections import OrderedDict

import matplotlib
import matplotlib.pyplot as plt
import numpy as np
import pytest
import torch
from lessons import ROOT, code_cells, read
from PIL import Image
from torch import nn

from helpers import datasets, plots, settings
from helpers.standins import cats_dogs

matplotlib.use("Agg")


@pytest.fixture(scope="module")
def drawn():
    return cats_dogs.draw(60, seed=3)


@pytest.fixture
def real(tmp_path):
    """A run on a folder with a tiny set in the real layout."""
    cats_dogs.write(tmp_path / "dogscats", "train", 12, seed=0)
    cats_dogs.write(tmp_path / "dogscats", "valid", 6, seed=1)
    environment = {"LESSON_SOURCE": "real", "LESSON_DATA": str(tmp_path)}
    return settings.start("08_class_activation_maps", environment)


def test_standins_have_the_form_that_is_promised(drawn):
    x, y, masks = drawn
    assert x.shape == (60, 3, 96, 96) and x.dtype == np.uint8
    assert y.tolist() == [0, 1] * 30
    assert masks.shape == (60, 96, 96) and set(np.unique(masks)) == {0, 1, 2}


def test_every_standin_shows_an_animal_with_a_head(drawn):
    masks = drawn[2]
    share = (masks > 0).mean((1, 2))
    assert (masks == cats_dogs.HEAD).any((1, 2)).all()
    assert 0.02 < share.min() and share.max() < 0.7 and 0.15 < share.mean() < 0.3


def test_places_vary_so_that_the_middle_is_no_answer(drawn):
    masks = drawn[2]
    assert 0.3 < (masks[:, 48, 48] > 0).mean() < 0.8


def test_a_seed_gives_the_same_pictures_and_another_others(drawn):
    again, other = cats_dogs.draw(20, seed=3), cats_dogs.draw(20, seed=4)
    assert all((a == b[:20]).all() for a, b in zip(again, drawn))
    assert (again[0] != other[0]).any()


def test_a_mask_is_where_the_paint_is():
    canvas = cats_dogs.Canvas(3, np.random.default_rng(0))
    right, down, unit = (np.full((3, 1, 1), value, np.float32) for value in (5, -9, 20))
    canvas.place(right, down, unit, 0.3)
    colour = np.ones((3, 3, 1, 1), np.float32)
    canvas.paint(canvas.ellipse(0, 0, 1.0, 0.5), colour, cats_dogs.BODY)
    assert ((canvas.picture[:, 0] > 0.5) == (canvas.mask == cats_dogs.BODY)).all()
    area = np.pi * 20 * 10  # of the ellipse, in pixels
    assert abs((canvas.mask[0] > 0).sum() / area - 1) < 0.03
    bar = canvas.line(-9, 0, 9, 0, 0.2)
    canvas.paint(bar, 0 * colour, 0)  # something before it
    assert not canvas.mask[bar < -0.05].any() and canvas.mask[bar > 0.05].any()


def test_labels_belong_to_folders(real):
    data = datasets.dogscats(real, size=96)
    assert data.train.x.shape == (12, 3, 96, 96) and data.train.x.dtype == torch.uint8
    assert sorted(data.train.y.tolist()) == [0] * 6 + [1] * 6 and data.train.y.dtype == torch.int64
    assert data.classes == ["cats", "dogs"] and data.masks is None
    for name, label in (("cats/cat.3", 0), ("dogs/dog.2", 1)):
        with Image.open(real.data / "dogscats" / "train" / f"{name}.jpg") as image:
            mine = torch.from_numpy(np.array(image)).permute(2, 0, 1)
        [place] = [i for i, x in enumerate(data.train.x) if (x == mine).all()]
        assert data.train.y[place] == label


def test_order_is_mixed_and_always_the_same(real):
    first, again = (datasets.dogscats(real, size=32) for _ in range(2))
    assert (first.train.y == again.train.y).all() and (first.train.x == again.train.x).all()
    assert first.train.y.tolist() != sorted(first.train.y.tolist())


def test_a_part_of_the_set_says_so(real):
    assert "PART of the real set: 12, 6 pictures, 64 pixels" in datasets.dogscats(real, 64).source


def test_a_missing_folder_says_what_to_type(real):
    (real.data / "dogscats" / "valid").rename(real.data / "dogscats" / "elsewhere")
    with pytest.raises(FileNotFoundError, match="make data NB=08"):
        datasets.dogscats(real)


def test_an_empty_folder_and_a_damaged_file_are_named(real):
    folder = real.data / "dogscats" / "valid" / "dogs"
    (folder / "dog.1.jpg").write_bytes(b"\xff\xd8\xff and no more")
    with pytest.raises(ValueError, match="dog.1.jpg"):
        datasets.dogscats(real)
    for file in folder.iterdir():
        file.unlink()
    with pytest.raises(FileNotFoundError, match="dogs"):
        datasets.dogscats(real)


def test_masks_stay_beside_their_pictures(tmp_path, monkeypatch):
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path))
    write = cats_dogs.write
    monkeypatch.setattr(
        cats_dogs, "write", lambda where, part, count, seed: write(where, part, 8, 1)
    )
    data = datasets.dogscats(settings.start("08_class_activation_maps", {}))
    pictures, labels, masks = (torch.from_numpy(array) for array in cats_dogs.draw(8, seed=1))
    for x, y, mask in zip(data.valid.x, data.valid.y, data.masks):
        away = (pictures.float() - x.float()).abs().mean((1, 2, 3))  # JPEG changes a little
        assert (masks[away.argmin()] == mask).all() and labels[away.argmin()] == y


def colours(picture=128, **options):
    """What plots.heat shows of grey pictures: arrays (H, W, 3)."""
    plt.close("all")
    maps = torch.tensor([[[1.0, 0.0], [0.0, -1.0]], [[0.5, 0.0], [0.0, 0.0]]])
    pictures = torch.full((2, 3, 8, 8), picture, dtype=torch.uint8)
    plots.heat(pictures, maps, **options)
    return [np.asarray(place.images[0].get_array()) for place in plt.gcf().axes]


def test_heat_is_orange_above_and_blue_below(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    first, second = colours()
    assert first[0, 0, 0] > first[0, 0, 2] and first[-1, -1, 0] < first[-1, -1, 2]
    assert np.allclose(first[0, -1], 128 / 255, atol=1e-5)  # 0 leaves the grey picture
    assert first[0, 0, 0] - 0.5 > 1.5 * (second[0, 0, 0] - 0.5) > 0  # one scale for all


def test_heat_takes_a_scale_for_all_or_for_each(monkeypatch):
    monkeypatch.setattr(plt, "show", lambda: None)
    first, second = colours(top=torch.tensor([1.0, 0.5]))
    assert np.allclose(first[0, 0], second[0, 0], atol=1e-6)
    pale, _ = colours(top=100.0)
    assert np.allclose(pale, 128 / 255, atol=0.01)


@pytest.fixture(scope="module")
def lesson():
    """The lesson's own functions, from the cells that define them."""
    names = ("def lecture_cam", "def classic_cam", "def features_and_gradients", "def grad_cam")
    names += ("def finished", "def layer_cam", "def cam_head", "def take_first")
    space = {"torch": torch, "nn": nn, "Tensor": torch.Tensor, "OrderedDict": OrderedDict}
    cells = code_cells(read(ROOT / "notebooks" / "08_class_activation_maps.ipynb"))
    for name in names:
        [source] = [cell.source for cell in cells if name in cell.source]
        definition = name + source.split(name)[1]
        lines = definition.splitlines()
        end = next((i for i, x in enumerate(lines) if i and x and x[0] not in " )"), len(lines))
        exec("\n".join(lines[:end]), space)
    return space


@pytest.fixture
def network(lesson):
    torch.manual_seed(0)
    body = nn.Sequential(nn.Conv2d(3, 8, 3, 2, 1), nn.ReLU(), nn.Conv2d(8, 16, 3, 2, 1), nn.ReLU())
    net = nn.Sequential(OrderedDict(body=body, **lesson["cam_head"](16))).eval()
    return net.requires_grad_(False), torch.randn(5, 3, 32, 32), torch.tensor([0, 1, 1, 0, 1])


def test_grad_cam_equals_captums(lesson, network):
    captum = pytest.importorskip("captum.attr")
    net, x, classes = network
    [pair] = lesson["features_and_gradients"](net, [net.body], x, classes)
    ours = lesson["finished"](lesson["grad_cam"](*pair))
    oracle = captum.LayerGradCam(net[:-1], net.body)
    theirs = oracle.attribute(x.clone().requires_grad_(), classes, relu_attributions=True)
    assert torch.allclose(ours, theirs[:, 0].detach(), atol=1e-6) and ours.max() > 0


def test_gradients_are_autograds(lesson, network):
    net, x, classes = network
    [(features, gradients)] = lesson["features_and_gradients"](net, [net.body], x, classes)
    leaf = features.clone().requires_grad_()
    net[1:-1](leaf).gather(1, classes[:, None]).sum().backward()
    assert torch.allclose(gradients, leaf.grad, atol=1e-7)
    assert not net.body._forward_hooks and not net.body._backward_hooks


def test_cam_weighs_maps_by_probability(lesson):
    maps = torch.randn(3, 2, 4, 5)
    answer = torch.tensor([[0.7, 0.3], [0.0, 1.0], [0.5, 0.5]]).log()
    cam = lesson["lecture_cam"](maps, answer)
    assert torch.allclose(cam[0], 0.7 * maps[0, 0].relu() + 0.3 * maps[0, 1].relu())
    assert torch.allclose(cam[1], maps[1, 1].relu()) and cam.shape == (3, 4, 5)


def test_deletion_takes_the_highest_places_first(lesson):
    maps = torch.tensor([[[0.1, 0.9], [0.5, 0.3]]])
    assert lesson["take_first"](maps, 0.5).tolist() == [[[0, 1], [1, 0]]]
