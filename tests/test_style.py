"""Lesson 3b: the reader of paintings, the drawn ones, and networks that compare activations."""

import numpy as np
import pytest
import torch
from PIL import Image
from torch import nn

from helpers import datasets, settings
from helpers.encoders import MEAN, STD, Features, encoder, loss_network
from helpers.standins import styles

LESSON = "03b_style_transfer"
pytestmark = pytest.mark.usefixtures("cache_folder")


def test_paintings_are_middle_squares_by_name(real):
    where = real.data / "styles"
    where.mkdir()
    wide = np.zeros((40, 80, 3), np.uint8)
    wide[:, 20:60] = 200  # the middle
    Image.fromarray(wide).save(where / "wide.png")
    Image.new("RGB", (30, 60), (1, 2, 3)).save(where / "tall.png")
    found = datasets.styles(real, 32)
    assert list(found) == ["tall", "wide"]
    assert all(p.shape == (1, 3, 32, 32) and p.dtype == torch.uint8 for p in found.values())
    assert found["wide"][..., 2:-2].min() == 200 and found["tall"][0, :, 5, 5].tolist() == [1, 2, 3]


def test_missing_and_damaged_paintings_say_what_to_do(real):
    with pytest.raises(FileNotFoundError, match="make data NB=03b`"):
        datasets.styles(real, 32)
    (real.data / "styles").mkdir()
    (real.data / "styles" / "torn.jpg").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="torn.jpg"):
        datasets.styles(real, 32)


def test_missing_photographs_name_this_lesson(real):
    with pytest.raises(FileNotFoundError, match="make data NB=03b`"):
        datasets.photos(real)


def test_drawn_styles_are_repeatable_and_differ(tmp_path):
    for folder, seed in (("a", 0), ("b", 0), ("c", 1)):
        styles.write(tmp_path / folder, seed)
    files = sorted(path.name for path in (tmp_path / "a").iterdir())
    assert files == ["dots.jpg", "strokes.jpg", "weave.jpg"]
    for name in files:
        a, b, c = ((tmp_path / folder / name).read_bytes() for folder in "abc")
        assert a == b != c
        with Image.open(tmp_path / "a" / name) as image:
            assert image.size == (styles.SIDE, styles.SIDE) and image.mode == "RGB"


def test_features_are_the_stages_outputs_and_pass_gradients(quick):
    """As computed stage by stage; the pictures get a gradient, the network's numbers none."""
    net, layers = loss_network(quick)
    features = Features(net, layers)
    pictures = torch.rand(2, 3, 32, 32, requires_grad=True)
    x = (pictures - torch.tensor(MEAN).view(3, 1, 1)) / torch.tensor(STD).view(3, 1, 1)
    for stage, got in zip(encoder(quick).eval(), features(pictures), strict=False):
        x = stage(x)
        assert torch.allclose(got, x, atol=1e-6)
    assert [tuple(seen.shape[1:]) for seen in features(pictures)] == [
        (16, 16, 16), (32, 8, 8), (64, 4, 4)
    ]  # fmt: skip
    features(pictures)[-1].sum().backward()
    assert pictures.grad.abs().sum() > 0
    assert all(p.grad is None and not p.requires_grad for p in net.parameters())


def test_a_second_pass_leaves_the_first_one_s_activations_alone(quick):
    features = Features(*loss_network(quick))
    first = features(torch.zeros(1, 3, 32, 32))
    kept = [layer.clone() for layer in first]
    features(torch.ones(1, 3, 32, 32))
    assert len(first) == 3 and all(torch.equal(a, b) for a, b in zip(first, kept))


def test_full_runs_fall_back_on_vgg19(full, monkeypatch, capsys):
    """Without VGG-16's weights, the layers before each halving of VGG-19's lower part."""
    asked = []

    def load(model: nn.Module, arch: str, run: settings.Run, strict: bool = True) -> str:
        asked.append((arch, strict))
        if arch == "vgg16_bn":
            raise FileNotFoundError("no such file")
        return "here"

    monkeypatch.setattr("helpers.encoders.load_weights", load)
    with torch.device("meta"):
        net, layers = loss_network(full)
    assert asked == [("vgg16_bn", True), ("vgg19", False)]
    assert [list(net).index(layer) for layer in layers] == [3, 8, 11]
    assert all(isinstance(layer, nn.ReLU) for layer in layers)
    assert "VGG-19" in capsys.readouterr().out
