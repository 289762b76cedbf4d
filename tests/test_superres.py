"""Lesson 3: the scores of super-resolution, the reader of photographs, the stand-in."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
import torch.nn.functional as F
from PIL import Image

from helpers import datasets, metrics, plots, settings
from helpers.standins import photos

DATA = Path(os.environ.get("LESSON_DATA") or settings.ROOT / "data")


LESSON = "03_superres_feature_loss"
pytestmark = pytest.mark.usefixtures("cache_folder")


def two(seed=0, count=3, side=40):
    """Pictures, and the same with some noise, as bytes."""
    torch.manual_seed(seed)
    one = F.interpolate(torch.rand(count, 3, 8, 8), side, mode="bicubic").clamp(0, 1) * 255
    other = (one + 12 * torch.randn(one.shape)).clamp(0, 255)
    return one.to(torch.uint8), other.to(torch.uint8)


def test_psnr_and_ssim_agree_with_torchmetrics():
    from torchmetrics.functional.image import (
        peak_signal_noise_ratio,
        structural_similarity_index_measure,
    )

    truth, guess = two()
    a, b = metrics.luma(guess)[..., 4:-4, 4:-4], metrics.luma(truth)[..., 4:-4, 4:-4]
    for i, (decibels, likeness) in enumerate(
        zip(metrics.psnr(guess, truth, 4), metrics.ssim(guess, truth, 4))
    ):
        theirs = peak_signal_noise_ratio(a[i : i + 1], b[i : i + 1], data_range=255.0)
        assert decibels == pytest.approx(float(theirs), abs=1e-3)
        _, theirs = structural_similarity_index_measure(
            a[i : i + 1], b[i : i + 1], sigma=1.5, data_range=255.0, return_full_image=True
        )
        whole_windows = theirs[..., 5:-5, 5:-5]  # it averages over mirrored borders too
        assert likeness == pytest.approx(float(whole_windows.mean()), abs=1e-4)


def test_luma_is_television_s():
    colours = torch.tensor([[0, 255, 255, 0, 0], [0, 255, 0, 255, 0], [0, 255, 0, 0, 255]])
    got = metrics.luma(colours.view(1, 3, 1, 5))[0, 0, 0]
    expected = [16, 235, 16 + 65.481, 16 + 128.553, 16 + 24.966]
    assert got.tolist() == pytest.approx(expected, abs=1e-3)


def test_scores_at_their_ends():
    truth, _ = two()
    assert torch.isinf(metrics.psnr(truth, truth)).all()
    assert torch.allclose(metrics.ssim(truth, truth), torch.ones(3))
    off = (truth // 2 + 10, truth // 2 + 20)  # ten levels of grey are 8.59 of brightness
    expected = 20 * np.log10(255 / (10 * 219 / 255))
    assert metrics.psnr(*off).tolist() == pytest.approx([expected] * 3, abs=1e-3)


def test_the_border_is_left_out():
    truth, _ = two()
    guess = truth.clone()
    guess[..., :2, :] = 0
    guess[..., -2:] = 0
    assert torch.isinf(metrics.psnr(guess, truth, 2)).all()
    assert (metrics.psnr(guess, truth, 1) < 60).all()


@pytest.mark.parametrize("shape", [(3, 3, 40, 41), (3, 1, 40, 40), (2, 3, 40, 40)])
def test_pictures_that_cannot_be_compared(shape):
    with pytest.raises(ValueError, match="equally large sets of RGB"):
        metrics.psnr(torch.zeros(shape, dtype=torch.uint8), two()[0])


def shrunk(picture: torch.Tensor, factor: int) -> torch.Tensor:
    sides = [side // factor for side in picture.shape[-2:]]
    small = F.interpolate(picture.float(), sides, mode="bicubic", antialias=True)
    return small.round().clamp(0, 255)


@pytest.mark.skipif(not (DATA / "superres" / "Set5").is_dir(), reason="Set5 is not at hand")
@pytest.mark.parametrize("factor, known", [(2, 33.66), (4, 28.42)])
def test_bicubic_on_set5_is_the_field_s(factor, known):
    environment = {"LESSON_SOURCE": "real", "LESSON_DATA": str(DATA)}
    run = settings.start("03_superres_feature_loss", environment)
    scores = []
    for picture in datasets.superres(run)["Set5"]:
        height, width = (side // factor * factor for side in picture.shape[1:])
        truth = picture[None, :, :height, :width]
        grown = F.interpolate(
            shrunk(truth, factor), scale_factor=factor, mode="bicubic", antialias=True
        )
        scores.append(metrics.psnr(grown.round().clamp(0, 255), truth, factor))
    assert float(torch.cat(scores).mean()) == pytest.approx(known, abs=0.05)


def save(folder: Path, count: int, shade: int = 100, size=(120, 100)) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for i in range(count):
        Image.new("RGB", size, (shade, i, 0)).save(folder / f"{i}.png")


def test_photos_in_folders_by_part_and_kind(real):
    for part, count in (("train", 6), ("val", 2)):
        for shade, kind in ((50, "apples"), (150, "pears")):
            save(real.data / "photos" / part / kind, count, shade)
    data = datasets.photos(real, 32)
    assert data.train.x.shape == (12, 3, 32, 32) and data.valid.x.shape == (4, 3, 32, 32)
    assert data.classes == ["apples", "pears"] and data.source.startswith("photos, real: 12, 4")
    assert data.train.y.tolist() == [int(x[0, 0, 0] == 150) for x in data.train.x]
    assert data.train.y.tolist() != sorted(data.train.y.tolist()), "mixed, so that any part is fair"
    assert (datasets.photos(real, 32).train.x == data.train.x).all()


def test_photos_in_any_folder_are_split(real):
    save(real.data / "pets" / "images", 20)
    save(real.data / "pets" / "annotations" / "trimaps", 20, shade=1)  # outlines, no photographs
    (real.data / "pets" / "images" / "._1.png").write_bytes(b"what macOS leaves in archives")
    data = datasets.photos(real, 16)
    assert (len(data.train.x), len(data.valid.x)) == (18, 2)
    together = sorted(x[1, 0, 0].item() for x in [*data.train.x, *data.valid.x])
    assert together == list(range(20))


def test_no_photos_and_damaged_ones(real):
    with pytest.raises(FileNotFoundError, match="make data NB=03"):
        datasets.photos(real)
    save(real.data / "photos", 3)
    (real.data / "photos" / "bad.jpg").write_bytes(b"no picture")
    with pytest.raises(ValueError, match="bad.jpg"):
        datasets.photos(real)


def test_superres_sets_keep_their_sizes(real):
    assert datasets.superres(real) == {}
    save(real.data / "superres" / "Set5", 2, size=(30, 20))
    Image.new("L", (7, 9), 90).save(real.data / "superres" / "Set5" / "grey.png")
    sets = datasets.superres(real)
    assert [tuple(p.shape) for p in sets["Set5"]] == [(3, 20, 30), (3, 20, 30), (3, 9, 7)]
    assert (sets["Set5"][2] == 90).all()


def test_superres_is_empty_on_stand_ins(quick):
    assert datasets.superres(quick) == {}


def test_stand_ins_are_repeatable_and_even():
    x, y = photos.draw(30, seed=3)
    again, labels = photos.draw(30, seed=3)
    assert (x == again).all() and (y == labels).all()
    assert x.shape == (30, 3, 96, 96) and x.dtype == np.uint8
    assert np.bincount(y).tolist() == [3] * 10
    assert (photos.draw(30, seed=4)[0] != x).any()


def test_stand_ins_have_detail_to_lose():
    """Enlarged again from a quarter of the side, they lose what a wall of one colour would not."""
    x, _ = photos.draw(40, seed=5)
    truth = torch.from_numpy(x)
    back = F.interpolate(shrunk(truth, 4), scale_factor=4, mode="bicubic", antialias=True)
    score = metrics.psnr(back.round().clamp(0, 255), truth, 4)
    assert 18 < score.mean() < 25 and score.min() > 12


def test_stand_ins_as_files(tmp_path):
    photos.write(tmp_path / "train", 20, seed=0)
    files = sorted((tmp_path / "train").glob("*/*.jpg"))
    assert len(files) == 20 and {p.parent.name for p in files} == set(photos.CLASSES)
    with Image.open(files[0]) as image:
        assert image.size == (96, 96) and image.mode == "RGB"


def test_floats_to_bytes_are_rounded_and_cut_off():
    got = metrics.as_bytes(torch.tensor([-0.2, 0.0, 0.4 / 255, 0.6 / 255, 1.0, 1.3]))
    assert got.dtype == torch.uint8 and got.tolist() == [0, 0, 0, 1, 255, 255]


def test_gram_is_a_sum_over_places():
    maps = torch.randn(2, 5, 3, 4)
    assert torch.allclose(metrics.gram(maps), torch.einsum("nchw,ndhw->ncd", maps, maps) / 12)


def test_side_by_side_has_a_row_a_picture_and_a_column_a_way(monkeypatch):
    monkeypatch.setattr(plots.plt, "show", lambda: None)
    bytes_, grey = torch.full((2, 3, 6, 8), 255, dtype=torch.uint8), torch.rand(2, 1, 6, 8)
    plots.side_by_side({"bytes": bytes_, "grey floats": grey})
    places = plots.plt.gcf().axes
    assert [place.get_title() for place in places] == ["bytes", "grey floats", "", ""]
    assert [place.images[0].get_clim() for place in places] == [(0, 255), (0, 1)] * 2
    assert np.array_equal(places[3].images[0].get_array(), grey[1, 0])
    plots.plt.close()


def test_around_grey_scales_each_picture_by_itself():
    pictures = torch.tensor([0.0, -2.0, 1.0, 0.0, 0.0, 0.0]).view(2, 1, 1, 3)
    assert plots.around_grey(pictures).flatten().tolist() == [0.5, 0.0, 0.75, 0.5, 0.5, 0.5]
