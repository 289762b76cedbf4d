"""Nietzsche's text: the reader, right where the file is right and clear where not; the stand-in."""

import os
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from helpers import datasets, settings
from helpers.datasets import numbers, text
from helpers.standins import prose

LINES = ["The owl", "sees the", "Mouse.", "the mouse", "sees it"]
REAL = Path(os.environ.get("LESSON_DATA") or settings.ROOT / "data") / "nietzsche" / text.NAME


def decode(made, stream):
    return [made.classes[n] for n in stream.tolist()]


@pytest.fixture
def real(tmp_path):
    """A run on a folder with a small real text."""
    (tmp_path / "nietzsche").mkdir()
    (tmp_path / "nietzsche" / text.NAME).write_text(prose.draw(4000, seed=3), encoding="utf-8")
    environment = {"LESSON_SOURCE": "real", "LESSON_DATA": str(tmp_path)}
    return settings.start("07_nietzsche_rnn", environment)


def file(run):
    return run.data / "nietzsche" / text.NAME


def test_lines_are_joined_in_small_letters_and_rare_ones_unknown():
    made = text.prepare(LINES, "tiny")
    whole = [*"the owlsees themouse.the mouse", text.END]
    common = {symbol for symbol in whole if whole.count(symbol) >= 3}
    assert decode(made, made.train) == [s if s in common else text.UNKNOWN for s in whole]
    assert decode(made, made.valid) == [
        s if s in common else text.UNKNOWN for s in [*"sees it", text.END]
    ]
    assert made.train.dtype == made.valid.dtype == torch.int64


def test_symbols_are_sorted_by_count_and_counted_in_training_only():
    made = text.prepare(["bbbb", "aaaa", "aaaa", "cc", "ccc"], "tiny")
    assert made.classes == [text.UNKNOWN, text.PADDING, "a", "b"]
    assert made.valid.tolist() == [0, 0, 0, 0]


@pytest.mark.parametrize("count, first", [(5, 4), (9, 7), (10, 8), (9935, 7948)])
def test_the_split_is_by_lines(count, first):
    made = text.prepare(["a"] * count, "tiny")
    assert len(made.train) == first + 1 and len(made.valid) == count - first + 1  # and end marks


def test_places_count_within_each_line():
    made = text.prepare(["aaa"] * 8 + ["aa", "aaa"], "tiny")
    assert made.places.tolist() == [0, 1, 0, 1, 2, 0] and len(made.places) == len(made.valid)


def test_byte_order_mark_and_carriage_returns_are_dropped(tmp_path):
    path = tmp_path / text.NAME
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join(LINES).encode() + b"\r\n")
    assert text.read(path) == LINES


def test_another_text_says_so(real, monkeypatch):
    assert "NOT the lecture's" in datasets.nietzsche(real).source
    lines = text.read(file(real))
    size = sum(map(len, lines)) + len(lines) - 1
    monkeypatch.setattr(text, "OFFICIAL", (size, len(lines)))
    assert datasets.nietzsche(real).source.startswith("nietzsche, real: ")


def test_a_missing_file_says_what_to_type(real):
    file(real).unlink()
    with pytest.raises(FileNotFoundError, match="nietzsche.txt .*make data NB=07"):
        datasets.nietzsche(real)


def empty(path):
    path.write_bytes(b"")


def web_page(path):
    path.write_text("\n<!DOCTYPE html>\n<html>\n<body>\nnot\nfound\n</body>\n</html>\n")


def archive(path):
    path.write_bytes(b"PK\x03\x04" + bytes(range(256)) * 10)


def zeros(path):
    path.write_bytes(path.read_bytes()[:2000] + bytes(2000))


def other_encoding(path):
    path.write_bytes(path.read_text().replace("the", "thé").encode("latin-1"))


def lost_line_breaks(path):
    path.write_text(path.read_text().replace("\n", ""))


@pytest.mark.parametrize(
    "damage", [empty, web_page, archive, zeros, other_encoding, lost_line_breaks]
)
def test_damaged_files_are_named(real, damage):
    damage(file(real))
    with pytest.raises(ValueError, match=r"nietzsche\.txt .*get the text again"):
        datasets.nietzsche(real)


def test_standin_comes_through_the_same_reader(quick, monkeypatch, tmp_path):
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path))
    data = datasets.nietzsche(quick)
    assert "stand-in" in data.source and 175_000 < len(data.train) < 190_000
    assert len(data.classes) < 55 and int(data.valid.max()) < len(data.classes)
    assert (data.valid == 0).float().mean() < 0.001  # next to nothing is unknown
    with pytest.raises(FileNotFoundError):  # full never falls back to stand-ins in silence
        datasets.nietzsche(replace(quick, profile="full", source="real", data=tmp_path / "none"))


def test_prose_is_repeatable():
    first = prose.draw(5000, seed=5)
    assert first == prose.draw(5000, seed=5) != prose.draw(5000, seed=6)
    assert len(first) >= 5000 and first.isascii()
    assert max(map(len, first.splitlines())) <= prose.WIDTH


def test_prose_closes_what_it_opens():
    for paragraph in prose.draw(50_000, seed=1).split("\n\n"):
        assert paragraph.count('"') % 2 == 0
        assert paragraph.count("(") == paragraph.count(")")
        assert paragraph.rstrip()[-1] in '.?!"'


def test_every_verb_and_noun_has_two_forms():
    for topic in prose.TOPICS:
        assert all(one != many for one, many in [*topic.nouns, *topic.verbs])
        forms = [form for pair in topic.nouns for form in pair]
        assert len(set(forms)) == len(forms)


def test_human_numbers_come_with_the_other_sets():
    assert datasets.human_numbers is numbers.human_numbers


@pytest.mark.skipif(not REAL.exists(), reason="the real text is not here (make data NB=07)")
def test_facts_of_the_real_text():
    lines = text.read(REAL)
    made = text.prepare(lines, "real")
    assert text.is_whole(lines)
    assert (len(made.classes), len(made.train), len(made.valid)) == (55, 482_972, 107_989)
    assert len(made.train) // 64 // 8 - 1 == 942  # batches in the lecture's loader
    assert decode(made, made.train[:8]) == list("prefaces")  # line breaks are dropped
