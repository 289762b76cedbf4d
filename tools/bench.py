"""Time an epoch of lessons 1, 2, 6, 7 and 8 against what people would write instead: one table.

    python tools/bench.py          # all five; also as build/bench.json
    python tools/bench.py 01 07    # these

Each with the same network, pictures, batch size and number of threads, on a GPU where there is one:
ours (`training.fit` over `Batches`; lesson 7's own loop), a bare loop over tensors that are on the
device already, Dataset, DataLoader and torchvision's transforms as tutorials write them, fastai and
Lightning. The last two only where they are installed, by `pip install -e ".[bench]"` in an
environment of its own, since fastai brings its own torch. Interleaved, medians; `ratio` is ours to
theirs. Ratios travel from machine to machine, seconds do not. MB: by how much a process grew that
prepared one way and trained an epoch, a DataLoader's workers not counted; on a GPU, what torch held
there.
"""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable
from statistics import median

from bench_lessons import DEVICE, TASKS, Task, plan
from lessons import script
from timing import Row, alone, go_through, in_turn, report, seconds

if PEERS := all(importlib.util.find_spec(name) for name in ("fastai", "lightning")):
    import bench_peers
ROUNDS = 5


def ours(task: Task) -> Callable[[], object]:
    return task.ours


def bare(task: Task) -> Callable[[], None]:
    return lambda: epoch(task, task.bare())


def plain(task: Task) -> Callable[[], None]:
    loader = task.loader()
    return lambda: epoch(task, loader)


WAYS = {"ours": ours, "bare loop": bare, "Dataset and DataLoader": plain}
if PEERS:
    WAYS |= {"fastai": bench_peers.by_fastai, "Lightning": bench_peers.by_lightning}


def main() -> None:
    os.environ["LESSON_CACHE"] = tempfile.mkdtemp()  # what is decoded here, nobody needs again
    if not PEERS:
        print('fastai and Lightning are not installed here: pip install -e ".[bench]"\n')
    rows = [row for which in sys.argv[1:] or TASKS for row in measure(which)]
    report(rows, "bench", ("torch", "fastai", "lightning") if PEERS else ("torch",))


def measure(which: str) -> list[Row]:
    task = TASKS[which]()
    epochs = dict(zip(WAYS, in_turn(*(way(task) for way in WAYS.values()), rounds=ROUNDS)))
    memory = {way: alone(one_epoch, which, way)[1] for way in WAYS}
    rows = compared(f"{task.name}, an epoch", epochs, memory)
    if task.batches is not None:
        batches = {"ours": task.batches, "DataLoader": task.loader()}
        batches |= {"fastai": task.fastai(bench_peers).train} if PEERS else {}
        works = [lambda b=b: go_through(b) for b in batches.values()]
        times = dict(zip(batches, in_turn(*works, rounds=ROUNDS)))
        rows += compared(f"{task.name}, its batches alone", times)
        rows.append(Row("  decoding them once, before the first epoch", task.once))
    return rows


def compared(name: str, times: dict[str, list[float]], memory: dict | None = None) -> list[Row]:
    """A row for each way, ours first."""
    rows = []
    for way, found in times.items():
        middle = median(found)
        ratio = None if way == "ours" else median(times["ours"]) / middle
        label = f"{name}: ours" if way == "ours" else f"  {way}; ours / theirs"
        spread = (max(found) - min(found)) / middle
        rows.append(Row(label, middle, ratio, spread, memory and memory[way]))
    return rows


def one_epoch(which: str, way: str) -> float:
    return seconds(WAYS[way](TASKS[which]()))


def epoch(task: Task, batches) -> None:
    """The five lines."""
    model = task.network()
    optimizer, schedule = plan(model, task.steps)
    for x, y in batches:
        loss = task.loss(model(x.to(DEVICE)), y.to(DEVICE))
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()


if __name__ == "__main__":
    script(main)
