"""Time an epoch of lessons 1, 2, 6, 7 and 8 against what people would write instead: one table.

    python tools/bench.py          # all five; also as build/bench.json
    python tools/bench.py 01 07    # these

The lessons' networks on small sets of stand-ins, five ways, with the same batches, augmentation and
number of threads, on a GPU where there is one: ours (`training.fit` over `Batches`; lesson 7's own
loop), a bare loop over tensors that are on the device already, Dataset and DataLoader with two
workers as tutorials write them, fastai and Lightning. The last two only where they are installed,
by `pip install -e ".[bench]"`. Each epoch begins from nothing, its workers' start included.

Medians of rounds in turn; `ratio` is ours to theirs, `spread` the slowest less the fastest round as
a share of the median. Ratios travel from machine to machine, seconds do not. MB: by how much a
process grew that prepared one way and trained an epoch, without a DataLoader's workers; on a GPU
the most that torch held there.
"""

import importlib.util
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

from bench_lessons import DEVICE, LESSONS, Task, plan
from lessons import script
from timing import Row, alone, in_turn, report, seconds
from torch import Tensor

if PEERS := all(importlib.util.find_spec(name) for name in ("fastai", "lightning")):
    import bench_peers
ROUNDS = 5


def ours(task: Task) -> Callable[[], object]:
    return task.ours()


def bare(task: Task) -> Callable[[], None]:
    batches = task.bare()
    return lambda: epoch(task, batches())


def plain(task: Task) -> Callable[[], None]:
    loader = task.loader()
    return lambda: epoch(task, moved(loader))


WAYS = {"ours": ours, "bare loop": bare, "Dataset and DataLoader": plain}
if PEERS:
    WAYS |= {"fastai": bench_peers.by_fastai, "Lightning": bench_peers.by_lightning}


def main() -> None:
    os.environ["LESSON_CACHE"] = tempfile.mkdtemp()  # what is decoded here, nobody needs again
    chosen = sys.argv[1:] or list(LESSONS)
    if unknown := set(chosen) - set(LESSONS):
        sys.exit(f"no benchmark of {', '.join(sorted(unknown))}; there are: {', '.join(LESSONS)}")
    if sys.argv[1:] and os.environ.get("LESSON_RECORD") == "1":
        sys.exit("a part of the table is not recorded: it would take the place of the whole")
    if not PEERS:
        print('fastai and Lightning are not installed here: pip install -e ".[bench]"\n')
    rows = [row for lesson in chosen for row in measure(lesson)]
    report(rows, "bench", ("torch", "fastai", "lightning") if PEERS else ("torch",))


def measure(lesson: str) -> list[Row]:
    folder, (write, make) = Path(tempfile.mkdtemp()), LESSONS[lesson]
    write(folder)
    task, name = make(folder), f"lesson {int(lesson)}"
    once = task.decode and seconds(task.decode)
    epochs = dict(zip(WAYS, in_turn(*(way(task) for way in WAYS.values()), rounds=ROUNDS)))
    memory = {way: alone(one_epoch, lesson, folder, way)[1] for way in WAYS}
    rows = compared(f"{name}, an epoch", epochs, memory)
    if task.batches is not None:
        loader = task.loader()
        batches = {"ours": task.batches, "DataLoader": lambda: moved(loader)}
        if PEERS:
            loaders = task.fastai()
            batches["fastai"] = lambda: loaders.train
        works = [lambda every=every: [None for _ in every()] for every in batches.values()]
        times = dict(zip(batches, in_turn(*works, rounds=ROUNDS)))
        rows += compared(f"{name}, its batches alone", times)
        rows.append(Row("  decoding them once, before the first epoch", once))
    return rows


def compared(name: str, times: dict[str, list[float]], memory: dict | None = None) -> list[Row]:
    """A row for each way, ours first."""
    rows = []
    for way, found in times.items():
        middle = median(found)
        ratio = None if way == "ours" else median(times["ours"]) / middle
        label = f"{name}: ours" if way == "ours" else f"  {way}"
        spread = (max(found) - min(found)) / middle
        rows.append(Row(label, middle, ratio, spread, memory and memory[way]))
    return rows


def one_epoch(lesson: str, folder: Path, way: str) -> float:
    return seconds(WAYS[way](LESSONS[lesson][1](folder)))


def epoch(task: Task, batches) -> None:
    """The five lines."""
    model = task.network()
    optimizer, schedule = plan(model, task.steps)
    for x, y in batches:
        loss = task.loss(model(x), y)
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()
        schedule.step()


def moved(batches) -> Iterator[tuple[Tensor, Tensor]]:
    for x, y in batches:
        yield x.to(DEVICE), y.to(DEVICE)


if __name__ == "__main__":
    script(main)
