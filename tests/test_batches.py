"""Batches: every row once, in an order that a seed decides, the same from a memory map."""

import numpy as np
import pytest
import torch

from helpers import augment
from helpers.batches import Batches, statistics

X = torch.randint(
    0, 256, (103, 3, 8, 8), dtype=torch.uint8, generator=torch.Generator().manual_seed(0)
)
Y = torch.arange(103)
DEVICES = [
    "cpu",
    pytest.param("cuda", marks=pytest.mark.skipif(not torch.cuda.is_available(), reason="no GPU")),
]


def epoch(batches: Batches, seed: int = 0) -> list:
    torch.manual_seed(seed)
    return [(x.cpu(), y.cpu()) for x, y in batches]


def equal(one: list, other: list) -> bool:
    pairs = zip(one, other, strict=True)
    return all(torch.equal(a, c) and torch.equal(b, d) for (a, b), (c, d) in pairs)


@pytest.fixture
def memory_map(tmp_path):
    """The same pictures in a file, read-only."""
    (tmp_path / "x.bin").write_bytes(X.numpy().tobytes())
    return np.memmap(tmp_path / "x.bin", np.uint8, "r", shape=tuple(X.shape))


@pytest.mark.parametrize("stream", [False, True])
def test_every_row_once_and_normalised(stream):
    mean, std = statistics(X)
    batches = Batches(X, Y, 10, shuffle=True, mean=mean, std=std, stream=stream)
    got = epoch(batches)
    assert len(batches) == len(got) == 11 and len(got[-1][0]) == 3
    x, y = torch.cat([x for x, _ in got]), torch.cat([y for _, y in got])
    assert sorted(y.tolist()) == Y.tolist() and y.tolist() != Y.tolist()
    assert x.mean((0, 2, 3)).abs().max() < 1e-4 and (x.std((0, 2, 3)) - 1).abs().max() < 1e-3
    assert torch.allclose(x, (X[y] / 255 - mean.view(3, 1, 1)) / std.view(3, 1, 1), atol=1e-5)


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("device", DEVICES)
@pytest.mark.parametrize("shuffle", [False, True])
def test_batches_from_a_memory_map_are_equal(memory_map, device, shuffle):
    """The lesson cannot tell where the set lies: same order, same draws, same bits."""
    changes = [augment.flip(), augment.affine(rotate=10), augment.light(0.1)]
    same = {"shuffle": shuffle, "augment": changes, "mean": 0.5, "std": 0.2, "device": device}
    resident = Batches(X, Y, 10, stream=False, **same)
    streamed = Batches(memory_map, Y.numpy(), 10, stream=True, **same)
    assert equal(epoch(resident), epoch(streamed)) and equal(epoch(resident, 1), epoch(streamed, 1))
    assert not shuffle or not equal(epoch(resident, 1), epoch(resident, 2))


def test_larger_than_the_gpu_streams_by_itself(monkeypatch):
    """The choice, with a pretended GPU: over half of its free memory stays on the host."""
    for free, streams in ((10 * X.nbytes, False), (X.nbytes, True)):
        monkeypatch.setattr(torch.cuda, "mem_get_info", lambda device, free=free: (free, free))
        batches = Batches(X, Y, 10, stream=True)
        batches.device = torch.device("cuda")
        assert batches._is_large() is streams
    assert not Batches(X, Y, 10).stream  # on a CPU there is nowhere to stream to


def test_leaving_a_streamed_epoch_early_is_fine(memory_map):
    batches = Batches(memory_map, Y, 10, stream=True)
    for _ in batches:
        break
    assert len(epoch(batches)) == 11


def test_masks_and_targets_stream_too(memory_map):
    masks = torch.randint(0, 9, (103, 8, 8))
    for y in (masks, X):
        streamed = Batches(
            memory_map, y, 10, shuffle=True, augment=[augment.dihedral()], stream=True
        )
        resident = Batches(X, y, 10, shuffle=True, augment=[augment.dihedral()])
        assert equal(epoch(resident), epoch(streamed))


def test_statistics_do_not_depend_on_how_they_are_counted(memory_map):
    big = X.repeat(50, 1, 1, 1)  # more than one portion
    for x in (X, memory_map, big, big.numpy()):
        mean, std = statistics(x)
        assert torch.allclose(mean, (X / 255).mean((0, 2, 3)), atol=1e-5)
        assert torch.allclose(std, (X / 255).std((0, 2, 3), correction=0), atol=1e-5)


def test_the_set_is_not_changed_by_an_epoch():
    x = X.clone()
    for shuffle in (False, True):
        epoch(Batches(x, Y, 10, shuffle=shuffle, augment=[augment.light(0.5), augment.dihedral()]))
    assert torch.equal(x, X)
    already = X.float()  # no bytes: neither is such a set changed
    epoch(Batches(already, Y, 10))
    assert torch.equal(already, X.float())


def test_unequal_or_empty_is_refused():
    for x, y in ((X, Y[:5]), (X[:0], Y[:0])):
        with pytest.raises(ValueError, match="need as many"):
            Batches(x, y, 4)
