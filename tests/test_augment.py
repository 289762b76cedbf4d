"""The laws of augmentations: what moves, what stays, and that every picture has its own draw."""

import pytest
import torch

from helpers import augment

torch.manual_seed(0)
PICTURES = torch.randint(0, 256, (16, 3, 24, 24), dtype=torch.uint8)
MASKS = torch.randint(0, 5, (16, 24, 24)) * 40 + 7  # none of them 0
LABELS = torch.arange(16)
MOVES = {
    "crop": augment.crop(4, edges="reflect"),
    "flip": augment.flip(),
    "dihedral": augment.dihedral(),
    "affine": augment.affine(rotate=20, zoom=(0.8, 1.3), shift=0.1),
}
ALL = {**MOVES, "crop with zeros": augment.crop(4), "light": augment.light(0.3, 0.4)}
NOTHING = {
    "crop": augment.crop(0),
    "crop, reflected": augment.crop(0, edges="reflect"),
    "affine": augment.affine(),
    "affine, zeros": augment.affine(edges="zeros"),
    "light": augment.light(),
}


def smooth(size: int, n: int = 8) -> torch.Tensor:
    """Pictures (n, 1, size, size) of a few soft spots, for comparing in spite of resampling."""
    torch.manual_seed(1)
    coarse = torch.rand(n, 1, 4, 4) * 255
    wide = torch.nn.functional.interpolate(
        coarse, (size, size), mode="bicubic", align_corners=False
    )
    return wide.clamp(0, 255).to(torch.uint8)


@pytest.mark.parametrize("name", NOTHING)
def test_strength_zero_changes_nothing(name):
    for x, y in [(PICTURES, MASKS), (PICTURES, PICTURES)] if "zeros" not in name else []:
        if name != "crop":
            new_x, new_y = NOTHING[name](x, y)
            assert torch.equal(new_x, x) and torch.equal(new_y, y)
    wide = PICTURES[:, :, :17]  # not square
    assert torch.equal(NOTHING[name](wide, LABELS)[0], wide)


@pytest.mark.parametrize("name", ALL)
def test_bytes_in_bytes_out_and_labels_stay(name):
    x, y = ALL[name](PICTURES, LABELS)
    assert x.dtype == torch.uint8 and x.shape == PICTURES.shape and torch.equal(y, LABELS)
    assert not torch.equal(x, PICTURES), "it does nothing"
    targets = torch.rand(16, 4)  # (N, k): no picture
    assert torch.equal(ALL[name](PICTURES, targets)[1], targets)


@pytest.mark.parametrize("name", ALL)
def test_the_input_is_not_changed_in_place(name):
    """Unshuffled batches are views of the set: a change in place would spoil it."""
    x = PICTURES.clone()
    ALL[name](x, LABELS)
    assert torch.equal(x, PICTURES)


@pytest.mark.parametrize("name", ALL)
def test_the_same_seed_gives_the_same_batch(name):
    results = []
    for seed in (3, 3, 4):
        torch.manual_seed(seed)
        results.append(ALL[name](PICTURES, LABELS)[0])
    assert torch.equal(results[0], results[1]) and not torch.equal(results[0], results[2])


@pytest.mark.parametrize("name", ALL)
def test_each_picture_has_its_own_draw(name):
    """The same picture 64 times comes out in many ways (mirrors: 2, symmetries: 8)."""
    x = PICTURES[:1].expand(64, -1, -1, -1)
    torch.manual_seed(0)
    ways = len(torch.unique(ALL[name](x, torch.arange(64))[0].flatten(1), dim=0))
    assert ways == {"flip": 2, "dihedral": 8}.get(name, ways) and ways >= {"flip": 2}.get(name, 8)


@pytest.mark.parametrize("name", MOVES)
def test_masks_gain_no_label_and_keep_their_type(name):
    for masks in (MASKS, MASKS.to(torch.uint8), MASKS.to(torch.int32)):
        moved = MOVES[name](PICTURES, masks)[1]
        assert moved.dtype == masks.dtype and moved.shape == masks.shape
        assert set(moved.unique().tolist()) <= set(MASKS.unique().tolist())
    assert torch.equal(augment.light(0.5, 0.5)(PICTURES, MASKS)[1], MASKS)


@pytest.mark.parametrize("name", MOVES)
@pytest.mark.parametrize("shape", [(64, 64), (48, 80)])
def test_picture_and_mask_stay_in_step(name, shape):
    """A mask drawn from the picture, moved with it, is the mask drawn from the moved picture."""
    if name == "dihedral" and shape[0] != shape[1]:
        pytest.skip("square pictures only")
    x = smooth(80)[:, :, : shape[0], : shape[1]]
    new_x, new_y = MOVES[name](x, (x[:, 0] > 128).long())
    assert not torch.equal(new_x, x)
    assert ((new_x[:, 0] > 128).long() == new_y).float().mean() > 0.97


@pytest.mark.parametrize("name", MOVES)
def test_picture_and_larger_target_stay_in_step(name):
    """A target of twice the size, moved with its picture and halved, is the moved picture."""
    target = smooth(96)
    x = torch.nn.functional.avg_pool2d(target.float(), 2).round().to(torch.uint8)
    new_x, new_target = MOVES[name](x, target)
    halved = torch.nn.functional.avg_pool2d(new_target.float(), 2)
    assert new_target.shape == target.shape and (halved - new_x).abs().mean() < 2
    assert (halved - x).abs().mean() > 4


def test_light_changes_target_pictures_like_their_pictures():
    x = smooth(32)
    new_x, new_target = augment.light(0.3, 0.3)(x, x.clone())
    assert torch.equal(new_x, new_target) and not torch.equal(new_x, x)


def test_light_stays_within_its_strength():
    grey = torch.full((500, 1, 4, 4), 128, dtype=torch.uint8)
    levels = augment.light(brightness=0.2)(grey, LABELS)[0][:, 0, 0, 0].int() - 128
    assert levels.min() >= -51 and levels.max() <= 51 and levels.max() > 40 > -40 > levels.min()
    striped = grey.clone()
    striped[..., ::2] = 64
    new = augment.light(contrast=0.5)(striped, LABELS)[0].float()
    gain = (new[..., 1] - new[..., 0])[:, 0, 0] / 64
    assert 1 / 1.55 < gain.min() < 0.75 and 1.4 < gain.max() < 1.55
    assert (new.mean((1, 2, 3)) - 96).abs().max() < 1  # about the mean


def test_turns_applied_again_return_the_original():
    """Kinds 5 and 6 are quarter turns, four times the identity; the others undo themselves."""
    assert (
        len({augment.turned(PICTURES[:1], torch.tensor([k])).numpy().tobytes() for k in range(8)})
        == 8
    )
    for k in range(8):
        kind = torch.full((16,), k)
        times, x = (4 if k in (5, 6) else 2), PICTURES
        for count in range(times):
            assert count == 0 or k == 0 or not torch.equal(x, PICTURES)
            x = augment.turned(x, kind)
        assert torch.equal(x, PICTURES)
    for k, inverse in ((5, 6), (6, 5)):
        there = augment.turned(PICTURES, torch.full((16,), k))
        assert torch.equal(augment.turned(there, torch.full((16,), inverse)), PICTURES)
    assert torch.equal(augment.turned(PICTURES, torch.full((16,), 1)), PICTURES.flip(-1))


def test_affine_turns_zooms_and_shifts_by_what_it_says(monkeypatch):
    """With the draws fixed at their ends: a quarter turn, a doubling, a shift by a quarter."""
    x = smooth(32, n=1)
    for draw in (0.0, 1.0):
        monkeypatch.setattr(
            augment.torch, "rand", lambda size, draw=draw, **_: torch.full(size, draw)
        )
        turned = augment.affine(rotate=90)(x, LABELS)[0]
        assert (turned.int() - torch.rot90(x, 1 if draw else -1, (2, 3)).int()).abs().max() <= 1
        shifted = augment.affine(shift=0.25, edges="zeros")(x, LABELS)[0]
        inner = x[..., 8:, 8:] if draw else x[..., :-8, :-8]
        assert torch.equal(shifted[..., :-8, :-8] if draw else shifted[..., 8:, 8:], inner)
        assert not (shifted[..., -8:, :] if draw else shifted[..., :8, :]).any()
    zoomed = augment.affine(zoom=2)(x, LABELS)[0]
    wide = torch.nn.functional.interpolate(x[..., 8:24, 8:24].float(), (32, 32), mode="bilinear")
    assert (zoomed - wide)[..., 2:-2, 2:-2].abs().max() <= 1


def test_affine_keeps_angles_in_pictures_that_are_not_square(monkeypatch):
    """A circle that is turned stays that circle."""
    rows, columns = torch.arange(40)[:, None] - 19.5, torch.arange(90) - 44.5
    x = (255 * (rows**2 + columns**2 < 15**2)).to(torch.uint8)[None, None]
    monkeypatch.setattr(augment.torch, "rand", lambda size, **_: torch.full(size, 0.8))
    turned = augment.affine(rotate=45)(x, LABELS)[0]
    assert (turned.float() - x).abs().mean() < 2


def test_zeros_are_refused_where_they_would_be_labels():
    for change in (augment.crop(2), augment.affine(10, edges="zeros")):
        for y in (MASKS, PICTURES):
            with pytest.raises(ValueError, match='edges="reflect"'):
                change(PICTURES, y)
    with pytest.raises(ValueError, match="whole number of times"):
        augment.crop(2, edges="reflect")(PICTURES, PICTURES[:, :, :12, :12])
    with pytest.raises(ValueError, match="not square"):
        torch.manual_seed(0)
        augment.dihedral()(PICTURES[:, :, :20], LABELS)
    with pytest.raises(ValueError, match="allowed"):
        augment.crop(2, edges="wrap")
    with pytest.raises(ValueError, match="zoom"):
        augment.affine(zoom=(0, 2))


def test_crop_moves_by_whole_pixels_within_its_padding():
    x = torch.arange(1, 82, dtype=torch.uint8).view(1, 1, 9, 9).expand(200, -1, -1, -1)
    moved, _ = augment.crop(2)(x, torch.arange(200))
    places = [
        (dy, dx)
        for picture in moved
        for dy in range(-2, 3)
        for dx in range(-2, 3)
        if picture[0, 4, 4] == x[0, 0, 4 + dy, 4 + dx]
    ]
    assert len(places) == 200 and len(set(places)) == 25
