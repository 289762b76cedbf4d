"""The loop against loops written out, and runs that are killed."""

import math
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import torch
import torch.nn.functional as F
from torch import nn
from torchmetrics.functional.classification import multiclass_accuracy, multiclass_confusion_matrix

from helpers import augment, hooks, metrics, training
from helpers.batches import Batches


def small():
    """A network with batch norm and dropout, batches of 100 random pictures, and an optimizer."""
    torch.manual_seed(0)
    x, y = torch.randint(0, 256, (100, 1, 4, 4), dtype=torch.uint8), torch.randint(0, 3, (100,))
    net = nn.Sequential(
        nn.Flatten(), nn.Linear(16, 8), nn.BatchNorm1d(8), nn.Dropout(0.2), nn.Linear(8, 3)
    )
    return net, Batches(x, y, 16, shuffle=True), torch.optim.AdamW(net.parameters(), lr=0.01)


def weights(net):
    return [value.clone() for value in net.state_dict().values()]


def same(a, b):
    return all(torch.equal(x, y) for x, y in zip(a, b, strict=True))


WAITS = {"aten::_local_scalar_dense", "aten::nonzero", "aten::equal", "aten::masked_select"}


def test_an_epoch_waits_for_the_device_once():
    """By torch's profiler: a number is fetched for the mean loss, and none before it.

    With SGD, since Adam's steps are counted where its weights are and read there on a CPU.
    """
    torch.manual_seed(0)
    changes = [augment.crop(2), augment.flip(), augment.dihedral(), augment.light(0.1, 0.1)]
    changes += [augment.affine(rotate=10, zoom=1.1)]
    x, y = torch.randint(0, 256, (64, 3, 8, 8), dtype=torch.uint8), torch.randint(0, 3, (64,))
    batches = Batches(x, y, 8, shuffle=True, augment=changes)
    net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.Flatten(), nn.Linear(144, 3))
    optimizer = torch.optim.SGD(net.parameters(), 0.1, fused=True)
    schedule = training.one_cycle(optimizer, 0.1, len(batches))
    with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as seen:
        training.train_epoch(net, batches, optimizer, schedule=schedule)
    waits = {row.key: row.count for row in seen.key_averages() if row.key in WAITS}
    assert waits == {"aten::_local_scalar_dense": 1}


def test_evaluate_weighs_batches_by_their_size():
    net, batches, _ = small()
    net.train()
    scores = training.evaluate(net, batches)
    assert net.training
    net.eval()
    outputs = net(batches.normalise(batches.x))
    assert scores["loss"] == pytest.approx(F.cross_entropy(outputs, batches.y).item(), rel=1e-5)
    oracle = multiclass_accuracy(outputs, batches.y, 3, average="micro").item()
    assert scores["accuracy"] == pytest.approx(oracle)
    predicted = outputs.argmax(1)
    oracle = multiclass_confusion_matrix(predicted, batches.y, 3)
    assert torch.equal(metrics.confusion(predicted, batches.y, 3), oracle)


def test_fit_takes_other_scores_than_a_classifier_s():
    net, batches, optimizer = small()
    scores = {"farthest": lambda outputs, y: outputs.abs().max()}
    history = training.fit(net, batches, batches, optimizer, 2, scores=scores, quiet=True)
    assert [list(row) for row in history] == [["epoch", "train_loss", "farthest"]] * 2


def test_a_loss_that_is_not_finite_stops_with_what_to_try():
    net, batches, optimizer = small()
    with pytest.raises(FloatingPointError, match="a tenth of the learning rate"):
        training.train_epoch(net, batches, optimizer, lambda out, y: out.sum() * math.inf)


def test_find_lr_puts_everything_back():
    net, batches, optimizer = small()
    training.train_epoch(net, batches, optimizer)  # so that the optimizer has a state
    before, moments = weights(net), weights_of(optimizer)
    net.eval()
    random = torch.get_rng_state()
    rates, losses = training.find_lr(net, batches, optimizer, steps=30)
    assert same(weights(net), before) and same(weights_of(optimizer), moments)
    assert torch.equal(torch.get_rng_state(), random) and not net.training
    assert optimizer.param_groups[0]["lr"] == 0.01
    assert len(rates) == len(losses) and rates == sorted(rates)


def weights_of(optimizer):
    return [v.clone() for state in optimizer.state.values() for v in state.values()]


def test_find_lr_stops_where_the_loss_explodes():
    net, batches, _ = small()
    rates, losses = training.find_lr(net, batches, torch.optim.SGD(net.parameters()), stop=1e6)
    assert len(rates) < 100 and not losses[-1] < 4 * min(losses)


def run_fit(path, epochs=6, wait=0.0):
    net, batches, optimizer = small()
    schedule = training.one_cycle(optimizer, 0.01, steps=6 * len(batches))
    if wait:
        net.register_forward_hook(lambda *_: time.sleep(wait))
    training.fit(
        net, batches, batches, optimizer, epochs, schedule=schedule, checkpoint=path, quiet=True
    )
    return net


CHILD = """
import sys; sys.path.insert(0, {tests!r})
import torch; torch.set_num_threads(1)
from test_training import run_fit, weights
from pathlib import Path
net = run_fit(Path({path!r}), wait={wait})
torch.save(weights(net), {path!r} + ".weights")
"""


def child(path, wait=0.0):
    """Train in a process of its own, with a pause of `wait` seconds in every step."""
    code = CHILD.format(tests=str(Path(__file__).parent), path=str(path), wait=wait)
    return subprocess.Popen([sys.executable, "-c", code])


@pytest.fixture(scope="module")
def uninterrupted(tmp_path_factory):
    path = tmp_path_factory.mktemp("whole") / "whole"
    assert child(path).wait(120) == 0
    return torch.load(f"{path}.weights")


@pytest.mark.parametrize("moment", [0.0, 0.2])  # seconds after the first save
def test_a_killed_run_ends_bit_identical(tmp_path, moment, uninterrupted):
    path = tmp_path / "cut"
    killed = child(path, wait=0.02)
    while not path.exists():
        assert killed.poll() is None, "ended before its first save"
        time.sleep(0.01)
    time.sleep(moment)
    killed.send_signal(signal.SIGKILL)
    assert killed.wait(60) == -signal.SIGKILL, "was not killed in time"
    assert child(path).wait(120) == 0
    assert same(torch.load(f"{path}.weights"), uninterrupted)


def test_a_finished_run_is_not_trained_again(tmp_path):
    done = weights(run_fit(tmp_path / "c"))
    assert same(weights(run_fit(tmp_path / "c")), done)


def test_a_kill_between_the_two_renames_loses_nothing(tmp_path):
    whole = weights(run_fit(tmp_path / "whole"))
    run_fit(tmp_path / "cut", epochs=2)
    (tmp_path / "cut").rename(tmp_path / "cut.previous")
    assert same(weights(run_fit(tmp_path / "cut")), whole)


@pytest.mark.parametrize("damage", ["truncated", "text", "foreign", "another network"])
def test_damaged_and_foreign_checkpoints_are_refused(tmp_path, damage):
    path = tmp_path / "checkpoint"
    run_fit(path, epochs=2)
    content, previous = path.read_bytes(), path.with_name("checkpoint.previous").read_bytes()
    if damage == "truncated":
        path.write_bytes(content[: len(content) // 2])
    elif damage == "text":
        path.write_text("not a checkpoint")
    elif damage == "foreign":
        torch.save({"weights": torch.zeros(3)}, path)
    else:
        training.save(path.with_name("other"), model=nn.Linear(2, 2))
        path.with_name("other").rename(path)
    found = path.read_bytes()
    net, _, optimizer = small()
    before = weights(net)
    with pytest.raises(ValueError, match="checkpoint .*delete it to start again"):
        training.load(path, model=net, optimizer=optimizer)
    assert same(weights(net), before), "nothing may be half loaded"
    assert path.read_bytes() == found
    assert path.with_name("checkpoint.previous").read_bytes() == previous


def test_hooks_are_removed_even_after_an_error():
    net = nn.Sequential(nn.Linear(4, 3), nn.ReLU())
    with hooks.record(net) as seen:
        net(torch.randn(2, 4))
    assert [tuple(s.shape) for s in seen] == [(2, 3), (2, 3)]
    with pytest.raises(RuntimeError), hooks.record(net):
        net(torch.randn(2, 5))
    assert not any(layer._forward_hooks for layer in net)


def test_what_is_recorded_stays_when_the_next_layer_works_in_place():
    net, x = nn.Sequential(nn.BatchNorm2d(2), nn.ReLU(inplace=True)), torch.randn(4, 2, 3, 3)
    with hooks.record([net[0]]) as seen:
        net(x)
    assert torch.allclose(seen[0], F.batch_norm(x, None, None, training=True), atol=1e-6)


def test_summary_changes_nothing(capsys):
    net = nn.Sequential(nn.Conv2d(1, 4, 3, 2, 1), nn.BatchNorm2d(4), nn.Flatten())
    before = weights(net)
    hooks.summary(net, torch.randn(5, 1, 8, 8))
    assert same(weights(net), before) and net.training
    assert "Conv2d 1-4 3x3/2                   4 x 4 x 4          40" in capsys.readouterr().out


def test_cosine_restarts_follow_torchs_own():
    plan, steps, seen = [(1, 0.1, 0.0), (2, 0.1, 0.0), (4, 0.1, 0.0)], 5, []
    weight = nn.Parameter(torch.zeros(1))
    ours, theirs = (torch.optim.SGD([weight], lr=rate) for rate in (1.0, 0.1))
    schedule = training.cosine_restarts(ours, plan, steps)
    oracle = torch.optim.lr_scheduler.CosineAnnealingWarmRestarts(theirs, steps, T_mult=2)
    for _ in range(7 * steps):
        seen.append((ours.param_groups[0]["lr"], theirs.param_groups[0]["lr"]))
        for part in (ours, theirs, schedule, oracle):
            part.step()
    assert [pair[0] for pair in seen] == pytest.approx([pair[1] for pair in seen], abs=1e-7)
    schedule.step()
    assert ours.param_groups[0]["lr"] == pytest.approx(seen[-1][0]), "the last rate stays"


def test_cosine_rates_may_stand_still():
    assert training.cosine_rates([(2, 0.3, 0.3)], 4) == pytest.approx([0.3] * 8)
