"""Lesson 7's training loop on its two-layer LSTM of 3,270,461 numbers, against a bare loop.

    python tools/bench_text.py

The loop and the network are the notebook's own cells. The bare loop has the same layers and does
nothing but the five lines and the cut. Alternating, medians.
"""

import contextlib
import io

import torch
import torch.nn.functional as F
from lessons import find, read, script
from timing import Row, medians, report
from torch import Tensor, nn

from helpers import checks, hooks

BATCHES, ROWS, COLUMNS, SYMBOLS, HIDDEN = 12, 8, 64, 55, 512
CELLS = ("def loss_of", "class StreamNet", "def cut", "def one_pass")


def measure() -> list[Row]:
    """Seconds for a number of batches each way, and characters a second of ours."""
    names = cells_of_the_lesson()
    stream = torch.randint(SYMBOLS, (BATCHES * ROWS + 1, COLUMNS))
    pieces = [
        (stream[i : i + ROWS], stream[i + 1 : i + ROWS + 1]) for i in range(0, BATCHES * ROWS, ROWS)
    ]

    def ours() -> None:
        model = names["StreamNet"](nn.LSTM, HIDDEN, 2, 0.5, SYMBOLS)
        optimizer = torch.optim.Adam(model.parameters(), fused=True)
        schedule = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
        names["one_pass"](model, pieces, optimizer, schedule)

    fit, bare = medians(ours, lambda: bare_loop(pieces), rounds=3)
    speed = BATCHES * ROWS * COLUMNS / fit
    return [
        Row(f"lesson 7, {BATCHES} batches of its LSTM; {speed:,.0f} characters a second", fit),
        Row("  bare loop with the same nn.LSTM; ours / bare, aim 1.03", bare, fit / bare),
    ]


def cells_of_the_lesson() -> dict:
    """What the lesson's cells that define these names leave behind."""
    names = {"torch": torch, "nn": nn, "F": F, "Tensor": Tensor, "checks": checks, "hooks": hooks}
    names |= {"hidden": HIDDEN, "embedding": 42, "symbols": SYMBOLS}
    sources = [cell.source for cell in read(find("07")[0]).cells if cell.cell_type == "code"]
    with contextlib.redirect_stdout(io.StringIO()):  # the facts beside the definitions
        for wanted in CELLS:
            source = next(source for source in sources if wanted in source)
            exec(compile(source[source.index(wanted) :].split("\n\n\n")[0], wanted, "exec"), names)
    return names


def bare_loop(pieces: list[tuple[Tensor, Tensor]]) -> None:
    embed, drop = nn.Embedding(SYMBOLS, 42), nn.Dropout(0.5)
    rnn, output = nn.LSTM(42, HIDDEN, 2, dropout=0.5), nn.Linear(HIDDEN, SYMBOLS)
    parameters = [p for layer in (embed, rnn, output) for p in layer.parameters()]
    optimizer, state = torch.optim.Adam(parameters, fused=True), None
    for x, y in pieces:
        states, state = rnn(embed(x), state)
        state = tuple(part.detach() for part in state)
        loss = F.cross_entropy(output(drop(states)).flatten(0, 1), y.flatten())
        loss.backward()
        optimizer.step()
        optimizer.zero_grad()


if __name__ == "__main__":
    script(lambda: report(measure(), "bench_text"))
