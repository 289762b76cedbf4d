"""What lesson 2 stands on: readers of masks, scores, U-Net blocks, stand-ins with masks."""

import numpy as np
import pytest
import torch
import torch.nn.functional as F
import torchmetrics.functional.classification as oracle
from PIL import Image
from torch import nn

from helpers import datasets, encoders, layers, metrics, plots, settings, standins
from helpers.datasets import scenes
from helpers.standins import cars, streets


@pytest.fixture(autouse=True)
def own_cache(cache_folder, monkeypatch):
    monkeypatch.delenv("LESSON_CARVANA", raising=False)


@pytest.fixture
def carvana(tmp_path):
    """Three cars in Carvana's layout."""
    folder = tmp_path / "data" / "carvana"
    folder.mkdir(parents=True)
    cars.write(folder, 3, seed=5)
    return folder


def save(path, array):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(array).save(path)


@pytest.fixture
def camvid(tmp_path):
    """Four pictures in the layout with 32 classes."""
    folder = tmp_path / "data" / "camvid"
    rng = np.random.default_rng(0)
    for name in "abcd":
        save(folder / "images" / f"{name}.png", rng.integers(0, 256, (6, 8, 3), np.uint8))
        save(folder / "labels" / f"{name}_P.png", rng.integers(0, 32, (6, 8), np.uint8))
    (folder / "codes.txt").write_text("\n".join([f"class{i}" for i in range(31)] + ["Void"]))
    (folder / "valid.txt").write_text("b.png\n")
    return folder


def full(tmp_path, monkeypatch):
    monkeypatch.setattr(settings, "_current", None)
    data = {"LESSON_DATA": str(tmp_path / "data"), "LESSON_DEVICE": "cpu"}
    return settings.start("02_unet_segmentation", {"LESSON_PROFILE": "full", **data})


# Carvana
def test_whole_cars_are_held_out(carvana):
    train, valid = scenes.carvana(carvana)
    assert (len(train.pictures), len(valid.pictures)) == (32, 16)
    sides = [{path.name[:12] for path in part.pictures} for part in (train, valid)]
    assert not sides[0] & sides[1]
    for pictures, masks in (train, valid):
        assert [m.stem for m in masks] == [f"{p.stem}_mask" for p in pictures]


def test_the_lecture_s_split(tmp_path):
    names = [f"{car:012x}_{view:02d}" for car in range(318) for view in range(1, 17)]
    for folder, ending in (("train", ".jpg"), ("train_masks", "_mask.gif")):
        (tmp_path / folder).mkdir()
        for name in names:
            (tmp_path / folder / f"{name}{ending}").touch()
    train, valid = scenes.carvana(tmp_path)
    assert (len(train.pictures), len(valid.pictures)) == (4080, 1008)


def test_carvana_is_read_as_it_was_drawn(carvana, tmp_path, monkeypatch):
    data = datasets.carvana(full(tmp_path, monkeypatch), (160, 240))
    x, y = cars.draw(3, seed=5)
    drawn = {m.tobytes() for m in y // 255}
    read = [m.tobytes() for m in torch.cat([data.train.y, data.valid.y]).numpy()]
    assert len(read) == 48 and set(read) == drawn
    assert "PART" in data.source and data.train.x.shape == (32, 3, 160, 240)
    assert abs(float(data.valid.x.float().mean()) - x.mean()) < 20


@pytest.mark.parametrize(
    ("spoil", "message"),
    [
        (lambda f: next((f / "train_masks").iterdir()).unlink(), "holds no mask"),
        (lambda f: next((f / "train").iterdir()).unlink(), "differ"),
        (lambda f: next((f / "train_masks").iterdir()).write_bytes(b"GIF89a"), "cannot be read"),
    ],
)
def test_a_damaged_carvana_is_named(carvana, tmp_path, monkeypatch, spoil, message):
    spoil(carvana)
    with pytest.raises(ValueError, match=message):
        datasets.carvana(full(tmp_path, monkeypatch), 32)


def test_one_car_cannot_be_split(carvana):
    (carvana / "train_masks.csv").unlink()
    for path in sorted((carvana / "train").iterdir())[16:]:
        path.unlink()
    with pytest.raises(ValueError, match="two are needed"):
        scenes.carvana(carvana)


def test_no_carvana_says_what_to_do(tmp_path, monkeypatch):
    run = full(tmp_path, monkeypatch)
    with pytest.raises(FileNotFoundError, match="LESSON_CARVANA=stand-in"):
        datasets.carvana(run, 32)
    write = cars.write
    monkeypatch.setattr(cars, "write", lambda where, count, seed: write(where, 2, seed))
    monkeypatch.setenv("LESSON_CARVANA", "stand-in")
    assert "stand-in" in datasets.carvana(run, 32).source


def test_run_lengths_there_and_back():
    rng = np.random.default_rng(0)
    for _ in range(20):
        mask = (rng.random((7, 9)) < 0.4).astype(np.uint8)
        assert (scenes.run_lengths(cars.run_lengths(mask), mask.shape) == mask).all()
    assert scenes.run_lengths("", (2, 2)).sum() == 0


# CamVid
def test_camvid_with_32_classes(camvid, tmp_path, monkeypatch):
    data = datasets.camvid(full(tmp_path, monkeypatch), (6, 8))
    assert (len(data.train.x), len(data.valid.x)) == (3, 1)
    assert len(data.classes) == 32 and data.classes[-1] == "Void" and "PART" in data.source
    truth = np.asarray(Image.open(camvid / "labels" / "b_P.png"))
    assert (data.valid.y[0].numpy() == truth).all()


def test_camvid_in_colours(camvid, tmp_path, monkeypatch):
    table = np.array([[0, 0, 0], [64, 128, 64], [128, 0, 0]], np.uint8)
    rows = [f"{r} {g} {b}\t\tclass{i}" for i, (r, g, b) in enumerate(table)]
    (camvid / "label_colors.txt").write_text("\n".join(rows))
    for path in list((camvid / "labels").iterdir()):
        labels = np.asarray(Image.open(path)) % 3
        path.unlink()
        save(path.with_name(path.name.replace("_P", "_L")), table[labels])
    data = datasets.camvid(full(tmp_path, monkeypatch), (6, 8))
    assert (table[data.valid.y[0]] == np.asarray(Image.open(camvid / "labels" / "b_L.png"))).all()
    save(camvid / "labels" / "c_L.png", np.full((6, 8, 3), 7, np.uint8))
    with pytest.raises(ValueError, match="c_L.png.*colour .7, 7, 7. is of no class"):
        datasets.camvid(full(tmp_path, monkeypatch), (6, 8))


def test_a_damaged_camvid_is_named(camvid, tmp_path, monkeypatch):
    run = full(tmp_path, monkeypatch)
    save(camvid / "labels" / "a_P.png", np.full((6, 8), 32, np.uint8))
    with pytest.raises(ValueError, match="a_P.png has the label values 32"):
        datasets.camvid(run, (6, 8))
    (camvid / "labels" / "a_P.png").unlink()
    with pytest.raises(ValueError, match="no mask a_P.png"):
        datasets.camvid(run, (6, 8))
    (camvid / "valid.txt").write_text("z.png")
    with pytest.raises(ValueError, match="names z.png"):
        datasets.camvid(run, (6, 8))


@pytest.mark.parametrize("inside", ["", "CamVid"])
def test_camvid_in_the_segnet_edition(tmp_path, monkeypatch, inside):
    streets.write(tmp_path / "data" / "camvid12" / inside, {"train": 3, "val": 2}, seed=1)
    data = datasets.camvid(full(tmp_path, monkeypatch), streets.SHAPE)
    assert (len(data.train.x), len(data.valid.x)) == (3, 2) and data.classes == streets.CLASSES
    x, y = streets.draw(3, seed=1)
    assert (data.train.y.numpy() == y).all()
    assert (data.train.x.permute(0, 2, 3, 1).numpy() == x).all()


def test_no_camvid_says_what_to_do(tmp_path, monkeypatch):
    with pytest.raises(FileNotFoundError, match="make data NB=02"):
        datasets.camvid(full(tmp_path, monkeypatch), 32)


# Stand-ins
def test_cars_are_whole_and_repeatable():
    x, y = cars.draw(2, seed=3)
    again = cars.draw(2, seed=3)
    assert (x == again[0]).all() and (y == again[1]).all()
    assert x.shape == (32, 160, 240, 3) and set(np.unique(y)) == {0, 255}
    assert 0.1 < (y > 0).mean() < 0.45
    assert not y[:, [0, -1]].any() and not y[:, :, [0, -1]].any(), "a car leaves the frame"
    assert len({view.tobytes() for view in y}) == 32, "every view differs"
    bodies = F.max_pool2d(torch.from_numpy(y)[:, None].float(), 3, 1, 1)[:, 0]
    thin = (torch.from_numpy(y) > 0) & (-F.max_pool2d(-bodies, 9, 1, 4) == 0)
    assert thin.flatten(1).any(1).all(), "every view has thin parts"


def test_streets_hold_every_class_and_are_repeatable():
    x, y = streets.draw(24, seed=3)
    again = streets.draw(24, seed=3)
    assert (x == again[0]).all() and (y == again[1]).all()
    assert x.shape == (24, *streets.SHAPE, 3) and set(np.unique(y)) == set(range(12))
    assert streets.CLASSES == scenes.SEGNET
    share = np.bincount(y.ravel(), minlength=12) / y.size
    assert share.argmax() == streets.ROAD and share.min() > 0.001
    assert (y[:, 0] == streets.ROAD).sum() == 0, "no road in the sky"


def test_standins_are_drawn_in_the_sets_formats(quick, monkeypatch):
    few_cars, few_streets, small = cars.write, streets.write, {"train": 3, "val": 2}
    monkeypatch.setattr(cars, "write", lambda where, count, seed: few_cars(where, 2, seed))
    monkeypatch.setattr(streets, "write", lambda where, counts, seed: few_streets(where, small, 0))
    assert datasets.carvana(quick, 32).train.x.shape == (16, 3, 32, 32)
    data = datasets.camvid(quick, (24, 32))
    assert data.valid.y.shape == (2, 24, 32) and "stand-in" in data.source
    assert standins.drawn("camvid12", lambda where: 1 / 0).is_dir(), "drawn once"


# Scores
def test_dice_and_iou_equal_torchmetrics():
    torch.manual_seed(0)
    a, b = torch.rand(5, 9, 8) < 0.4, torch.rand(5, 9, 8) < 0.6
    theirs = oracle.binary_f1_score(a.int().flatten(), b.int().flatten())
    assert torch.isclose(metrics.dice(a, b), theirs)
    each = [oracle.binary_f1_score(p.int().flatten(), q.int().flatten()) for p, q in zip(a, b)]
    assert torch.allclose(metrics.dice_by_picture(a, b), torch.stack(each))
    predicted, truth = torch.randint(0, 4, (2, 300))
    found = metrics.iou(metrics.confusion(predicted, truth, 4)).float()
    theirs = oracle.multiclass_jaccard_index(predicted, truth, 4, average="none")
    assert torch.allclose(found, theirs)


def test_scores_at_the_ends():
    none, all_ = torch.zeros(2, 4, 4, dtype=torch.long), torch.ones(2, 4, 4, dtype=torch.long)
    assert metrics.dice(none, none) == 1 and metrics.dice(none, all_) == 0
    assert metrics.dice(all_, all_) == 1
    by_class = metrics.iou(metrics.confusion(none.flatten(), none.flatten(), 3))
    assert by_class[0] == 1 and by_class[1:].isnan().all() and by_class.nanmean() == 1


# Layers
def test_icnr_starts_without_a_pattern():
    shuffle = layers.PixelShuffle(6, 5)
    x = torch.randn(2, 6, 3, 4)
    small = shuffle(x)[..., ::2, ::2]
    assert torch.equal(shuffle(x), F.interpolate(small, scale_factor=2))
    assert not torch.equal(*[layers.PixelShuffle(6, 5, icnr=False)(x)[..., i, i] for i in (0, 1)])


def test_blur_is_average_pooling_that_keeps_the_grid():
    torch.manual_seed(0)
    plain, blurred = layers.PixelShuffle(6, 5, icnr=False), layers.PixelShuffle(6, 5, True, False)
    blurred[0].load_state_dict(plain[0].state_dict())
    x = torch.randn(2, 6, 3, 4)
    padded = F.pad(plain(x), (1, 0, 1, 0), "replicate")
    assert torch.allclose(blurred(x), F.avg_pool2d(padded, 2, stride=1), atol=1e-6)


def test_self_attention_is_scaled_dot_product_attention():
    torch.manual_seed(0)
    layer, x = layers.SelfAttention(16), torch.randn(2, 16, 3, 5)
    assert torch.equal(layer(x), x)
    layer.strength.data.fill_(0.7)
    q, k, v = (part(x.flatten(2)).mT for part in (layer.query, layer.key, layer.value))
    mixed = F.scaled_dot_product_attention(q, k, v, scale=1.0).mT.reshape(x.shape)
    assert torch.allclose(layer(x), x + 0.7 * mixed, atol=1e-5)


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"make": layers.ResidualPair},
        {"make": layers.DensePair, "blur": True},
        {"attention": True, "see_input": False},
    ],
)
def test_the_dynamic_unet_fits_any_size(quick, options):
    model = layers.DynamicUnet(encoders.encoder(quick), 7, **options).eval()
    for side in ((32, 32), (33, 50)):
        assert model(torch.zeros(1, 3, *side)).shape == (1, 7, *side)


def test_the_dynamic_unet_fits_other_encoders():
    def half(a, b):
        return nn.Conv2d(a, b, 3, 2, padding=1)

    for widths in ((3, 9), (3, 8, 30, 12)):
        encoder = nn.Sequential(*[half(a, b) for a, b in zip(widths, widths[1:])])
        assert layers.channels_of(encoder) == list(widths[1:])
        assert layers.DynamicUnet(encoder, 2)(torch.zeros(2, 3, 20, 24)).shape == (2, 2, 20, 24)


def test_the_dynamic_unet_fits_grids_that_pooling_rounds_down():
    stages = [(nn.Conv2d(a, a + 2, 3, padding=1), nn.MaxPool2d(2)) for a in (3, 5, 7)]
    encoder = nn.Sequential(*[nn.Sequential(*stage) for stage in stages])
    for side in ((45, 60), (22, 31)):
        assert layers.DynamicUnet(encoder, 2)(torch.zeros(2, 3, *side)).shape == (2, 2, *side)


def test_gradients_come_through_every_bridge(quick):
    model = layers.DynamicUnet(encoders.encoder(quick), 2)
    model.encoder[-1].register_forward_hook(lambda layer, x, out: out.detach())
    model(torch.randn(2, 3, 32, 32)).square().sum().backward()
    assert all(stage[0].weight.grad.abs().sum() > 0 for stage in model.encoder[:-1])


def test_weight_normed_is_two_convolutions_at_its_start():
    block, x = layers.weight_normed(3, 8), torch.randn(2, 3, 6, 6)
    expected = x
    for conv in (block[0], block[2]):
        size = conv.weight.flatten(1).norm(dim=1)  # a direction, and a size of its own
        assert torch.allclose(size, conv.parametrizations.weight.original0.flatten(), atol=1e-5)
        expected = F.conv2d(expected, conv.weight, conv.bias, padding=1).relu()
    assert block(x).shape == (2, 8, 6, 6) and torch.allclose(block(x), expected, atol=1e-6)


def test_overlay_draws(monkeypatch):
    monkeypatch.setattr(plots.plt, "show", lambda: None)
    pictures = torch.zeros(3, 3, 6, 8, dtype=torch.uint8)
    for names in (["background", "car"], streets.CLASSES, [str(i) for i in range(32)]):
        plots.overlay(pictures, torch.randint(0, len(names), (3, 6, 8)), names, columns=2)
        plots.plt.close("all")
