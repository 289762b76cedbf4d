"""Two processes that train one network do what one process does."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import nn

from helpers import parallel, training
from helpers.batches import Batches


def fit(path, epochs):
    """Train a small network without batch norm; the losses of all epochs so far."""
    torch.manual_seed(0)
    x, y = torch.randint(0, 256, (100, 1, 4, 4), dtype=torch.uint8), torch.randint(0, 3, (100,))
    net = nn.Sequential(nn.Flatten(), nn.Linear(16, 8), nn.ReLU(), nn.Linear(8, 3))
    batches = Batches(x, y, 16, shuffle=True)
    optimizer = torch.optim.AdamW(net.parameters(), lr=0.01)
    history = training.fit(net, batches, batches, optimizer, epochs, checkpoint=path)
    return [[row["train_loss"], row["loss"]] for row in history]


SCRIPT = """
import json, sys
sys.path[:0] = [{tests!r}, {root!r}]
import torch; torch.set_num_threads(1)
from pathlib import Path
from helpers import parallel
from test_parallel import fit
parallel.start(torch.device("cpu"))
assert parallel.count() == 2
losses = fit(Path({path!r}), {epochs})
if parallel.rank() == 0:
    Path({path!r} + ".json").write_text(json.dumps(losses))
torch.distributed.destroy_process_group()
"""


def fit_by_two(path, epochs):
    tests = Path(__file__).parent
    script = path.with_suffix(".py")
    code = SCRIPT.format(tests=str(tests), root=str(tests.parent), path=str(path), epochs=epochs)
    script.write_text(code)
    command = ["-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", str(script)]
    done = subprocess.run([sys.executable, *command], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("epoch 1 ") <= 1, "one process prints"
    return json.loads(Path(f"{path}.json").read_text())


def close(a, b):
    return torch.allclose(torch.tensor(a), torch.tensor(b), atol=1e-5)


def test_two_processes_and_one_give_the_same_and_read_each_other(tmp_path):
    alone = fit(tmp_path / "alone", 3)
    assert close(fit_by_two(tmp_path / "both", 2), alone[:2])
    assert close(fit(tmp_path / "both", 3), alone), "one goes on where two stopped"
    fit(tmp_path / "first", 1)
    assert close(fit_by_two(tmp_path / "first", 3), alone), "two go on where one stopped"


def test_one_process_needs_nothing(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    device = torch.device("cpu")
    assert parallel.start(device) is device and (parallel.count(), parallel.rank()) == (1, 0)
    net, batches = nn.Linear(2, 2), [(torch.zeros(3, 2), torch.zeros(3))]
    assert parallel.wrap(net) is net and parallel.share(batches) is batches


@pytest.mark.parametrize("rank, rows", [(0, [0, 2, 4]), (1, [1, 3, 5])])
def test_shares_are_as_large_as_each_other(monkeypatch, rank, rows):
    monkeypatch.setattr(parallel, "count", lambda: 2)
    monkeypatch.setattr(parallel, "rank", lambda: rank)
    seven = torch.arange(7)
    [(x, _), (single, _)] = parallel.share([(seven, seven), (seven[:1], seven[:1])])
    assert x.tolist() == rows and single.tolist() == [0]
