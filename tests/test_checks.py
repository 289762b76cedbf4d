"""Checks must be able to fail; each kind is shown failing and passing."""

import pytest
import torch

from helpers import checks

NAN = float("nan")


def test_fact_prints_and_compares(capsys):
    checks.fact("parameters", 12126, 12_126)
    assert capsys.readouterr().out == "parameters: 12,126\n"
    with pytest.raises(AssertionError, match="parameters is 12,125, expected 12,126"):
        checks.fact("parameters", 12_125, 12_126)


def test_law_compares_to_the_last_bit():
    x = torch.randn(3, 4)
    checks.law("same", [x, 1.0], [x.clone(), 1.0])
    with pytest.raises(AssertionError, match="largest difference"):
        checks.law("one bit", x, torch.nextafter(x, torch.tensor(9.0)))


@pytest.mark.parametrize(
    "got, expected, atol",
    [
        (torch.zeros(3), torch.zeros(4), 1.0),  # shapes
        (torch.tensor([0.0, NAN]), torch.zeros(2), 1.0),  # not a number
        ([torch.zeros(2)], [torch.zeros(2), torch.zeros(2)], 1.0),  # one is missing
        (torch.tensor(0.11), torch.tensor(0.0), 0.1),  # too far
        (3, 5, 1.0),  # plain numbers
        ([0.0, NAN], [0.0, 1.0], 1.0),  # not a number, behind another
        ([torch.zeros(2), torch.tensor([NAN, 0])], [torch.zeros(2)] * 2, 1.0),
    ],
)
def test_law_fails(got, expected, atol):
    with pytest.raises(AssertionError):
        checks.law("", got, expected, atol)


def test_law_compares_bytes_and_stays_short():
    checks.law("files", b"same", b"same")
    with pytest.raises(AssertionError, match="largest difference 1,"):
        checks.law("files", b"a", b"b")
    with pytest.raises(AssertionError, match="5000 and 4999 items"):
        checks.law("many", list(range(5000)), list(range(4999)))


@pytest.mark.parametrize("value", [0.89, NAN])
def test_floor_holds_in_quick_runs(quick, value):
    checks.floor("accuracy", 0.9, 0.9)
    with pytest.raises(AssertionError, match="must reach 0.9"):
        checks.floor("accuracy", value, 0.9)


def test_floor_is_only_shown_in_full_runs(full, capsys):
    checks.floor("accuracy", 0.1, 0.9)
    assert "0.1000 (quick stand-in runs must reach 0.9)" in capsys.readouterr().out


def test_a_missed_goal_is_said_and_recorded(full, capsys, monkeypatch):
    monkeypatch.setattr(checks, "goals", [])
    checks.goal("accuracy", 0.98, 0.99, lecture=0.985)
    checks.goal("loss", NAN, 0.5)
    assert "MISSED" in capsys.readouterr().out
    assert [goal["met"] for goal in checks.goals] == [False, False]
    checks.goal("accuracy", 0.995, 0.99)  # the cell is run again
    assert {goal["name"]: goal["met"] for goal in checks.goals} == {"loss": False, "accuracy": True}
    assert len(checks.goals) == 2


def test_goals_are_not_claimed_in_quick_runs(quick, capsys, monkeypatch):
    monkeypatch.setattr(checks, "goals", [])
    checks.goal("accuracy", 1.0, 0.5)
    assert "for full runs" in capsys.readouterr().out and not checks.goals
