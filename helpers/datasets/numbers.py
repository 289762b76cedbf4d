"""Human numbers: the numbers from one on in words, generated exactly; nothing to download."""

from collections.abc import Iterable
from typing import NamedTuple

import torch
from torch import Tensor

START = "<start>"
SMALL = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
).split()
TENS = "ten twenty thirty forty fifty sixty seventy eighty ninety".split()


class Tokens(NamedTuple):
    """Two streams of word numbers (T,), and the word of each number."""

    train: Tensor
    valid: Tensor
    classes: list[str]
    source: str


def human_numbers() -> Tokens:
    """1 to 8,000 for training and 8,001 to 9,999 for validation, in words, between commas.

    50,082 and 13,017 tokens, each stream with a start mark; 31 different ones. They are numbered
    in the order in which they first appear. Part 1 2019, lesson 7, with fast.ai's own split.
    """
    streams = [_stream(range(1, 8001)), _stream(range(8001, 10_000))]
    classes = list(dict.fromkeys(streams[0] + streams[1]))
    number = {word: i for i, word in enumerate(classes)}
    train, valid = (torch.tensor([number[word] for word in words]) for words in streams)
    return Tokens(train, valid, classes, "human numbers, generated: the real data in both profiles")


def words(n: int) -> list[str]:
    """A number from 1 to 9,999: words(8021) is eight, thousand, twenty, one."""
    if n >= 1000:
        return [SMALL[n // 1000], "thousand", *words(n % 1000)]
    if n >= 100:
        return [SMALL[n // 100], "hundred", *words(n % 100)]
    if n >= 20:
        return [TENS[n // 10 - 1], *words(n % 10)]
    return [SMALL[n]] if n else []


def _stream(numbers: Iterable[int]) -> list[str]:
    tokens = [START]
    for n in numbers:
        tokens += [*words(n), ","]
    return tokens[:-1]
