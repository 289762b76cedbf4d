"""How the benchmarks time: alternating, so that a busier moment hits all alike; medians."""

import statistics
import time
from collections.abc import Callable, Iterable
from typing import NamedTuple


class Row(NamedTuple):
    """One line of a benchmark; `ratio` compares its seconds with another line's, as `name` says."""

    name: str
    seconds: float
    ratio: float | None = None


def medians(*works: Callable[[], object], rounds: int = 5) -> list[float]:
    """Seconds of each, the median of some rounds in turn, after one round that is not counted."""
    times = [[seconds(work) for work in works] for _ in range(rounds + 1)][1:]
    return [statistics.median(column) for column in zip(*times)]


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def go_through(batches: Iterable) -> None:
    for _ in batches:
        pass
