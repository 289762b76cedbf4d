"""The small pretrained encoder, and torchvision's networks cut into stages."""

import pretrain
import pytest
import torch
from torchvision.models import get_model

from helpers import datasets, encoders, settings
from helpers.datasets.weights import read_weights
from helpers.standins import things


def full(monkeypatch, tmp_path):
    monkeypatch.setattr(settings, "_current", None)
    environment = {"LESSON_PROFILE": "full", "LESSON_DEVICE": "cpu", "LESSON_DATA": str(tmp_path)}
    return settings.start("99_test", environment)


def test_its_file_is_small_plain_and_complete():
    assert encoders.SMALL.stat().st_size < 1_500_000
    state = read_weights(encoders.SMALL)  # plain tensors, or an error
    encoders.small_resnet().load_state_dict(state, strict=True)
    assert all(torch.isfinite(t).all() for t in state.values())
    assert len(things.CLASSES) == encoders.CLASSES == len(set(things.CLASSES))


def test_it_names_fresh_crops():
    model = encoders.small_resnet()
    model.load_state_dict(read_weights(encoders.SMALL))
    x, y = pretrain.draw(150, seed=1)
    ready = pretrain.batches(x, y)
    with torch.inference_mode():
        right = (model.eval()(ready.normalise(x)).argmax(1) == y).float().mean()
    assert right > 0.6, "thirty classes: chance is 0.033"


def test_crops_are_repeatable():
    one, two = pretrain.draw(30, seed=2), pretrain.draw(30, seed=2)
    assert torch.equal(one[0], two[0]) and torch.equal(one[1], two[1])
    assert one[0].shape == (30, 3, 64, 64) and sorted(one[1].tolist()) == list(range(30))


def test_quick_stages_halve_once_each(quick):
    model = encoders.encoder(quick)
    x, shapes = torch.zeros(1, 3, 48, 64), []
    for stage in model.eval():
        x = stage(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == [(16, 24, 32), (32, 12, 16), (64, 6, 8), (128, 3, 4)]


def test_random_weights_where_asked(quick):
    known, random = encoders.encoder(quick), encoders.encoder(quick, pretrained=False)
    assert not torch.equal(known[0][0].weight, random[0][0].weight)
    assert torch.equal(known[0][0].weight, encoders.encoder(quick)[0][0].weight)


@pytest.mark.parametrize(
    ("arch", "channels"),
    [
        ("resnet34", [64, 64, 128, 256, 512]),
        ("mobilenet_v2", [16, 24, 32, 96, 1280]),
        ("vgg11", [128, 256, 512, 512, 512]),
    ],
)
def test_torchvision_networks_are_cut(monkeypatch, tmp_path, arch, channels):
    model = encoders.encoder(full(monkeypatch, tmp_path), arch, pretrained=False)
    x, shapes = torch.zeros(1, 3, 64, 96), []
    for stage in model.eval():
        x = stage(x)
        shapes.append(tuple(x.shape[1:]))
    assert shapes == [(c, 64 // 2**i, 96 // 2**i) for i, c in enumerate(channels, start=1)]


def test_full_takes_weights_from_a_file(monkeypatch, tmp_path):
    theirs = get_model("mobilenet_v2", weights=None)
    (tmp_path / "weights").mkdir()
    torch.save(theirs.state_dict(), tmp_path / "weights" / "mobilenet_v2.pth")
    model = encoders.encoder(full(monkeypatch, tmp_path), "mobilenet_v2")
    x = torch.randn(1, 3, 64, 64)
    with torch.inference_mode():
        assert torch.equal(model.eval()(x), theirs.features.eval()(x))


@pytest.mark.parametrize(
    ("files", "arch"),
    [
        ([], "resnet34"),
        (["mobilenet_v2"], "mobilenet_v2"),
        (["mobilenet_v2", "resnet34"], "resnet34"),
    ],
)
def test_the_encoder_at_hand(monkeypatch, tmp_path, capsys, files, arch):
    (tmp_path / "weights").mkdir()
    for name in files:
        (tmp_path / "weights" / f"{name}.pth").touch()
    run = full(monkeypatch, tmp_path)
    capsys.readouterr()
    assert encoders.arch_at_hand(run) == arch
    assert ("in the place of" in capsys.readouterr().out) == (arch == "mobilenet_v2")


def test_a_judge_needs_two_kinds(quick):
    part = datasets.Part(torch.zeros(8, 3, 16, 16, dtype=torch.uint8), torch.zeros(8).long())
    with pytest.raises(ValueError, match="of one kind only"):
        encoders.judge(quick, part, part)


def test_a_judge_is_trained_frozen_and_repeatable(quick, capsys):
    dark = torch.randint(0, 120, (40, 3, 16, 16), dtype=torch.uint8)
    part = datasets.Part(torch.cat([dark, dark + 120]), torch.arange(80) // 40)
    maps = []
    for _ in range(2):
        torch.manual_seed(0)
        judge = encoders.judge(quick, part, part)
        maps.append(judge(torch.randn(1, 3, 48, 48, generator=torch.Generator().manual_seed(0))))
    assert "names 100% of the 2 kinds" in capsys.readouterr().out
    assert maps[0].shape == (1, 64, 6, 6) and torch.equal(*maps)
    assert not judge.training and not maps[0].requires_grad


def test_a_network_without_a_grid_is_refused(monkeypatch, tmp_path):
    with pytest.raises(ValueError, match="vit_b_16 cannot be cut"):
        encoders.encoder(full(monkeypatch, tmp_path), "vit_b_16", pretrained=False)
