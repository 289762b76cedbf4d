"""What a lesson claims. Facts and laws always hold, floors in quick runs, goals in full runs."""

from collections.abc import Sequence

import torch

from helpers import settings

ZERO = torch.zeros((), dtype=torch.double)
goals: list[dict] = []  # every goal of this run, for its record
floors: dict[str, dict[str, float]] = {}  # and every floor, with the figure that was reached


def fact(name: str, value: object, expected: object) -> None:
    """Print a number or shape that never changes; AssertionError where it differs."""
    print(f"{name}: {_text(value)}")
    if value != expected:
        raise AssertionError(f"fact: {name} is {_text(value)}, expected {_text(expected)}")


def law(name: str, got: object, expected: object, atol: float = 0.0) -> None:
    """Show that two tensors, numbers, bytes, or equally long sequences of tensors or numbers agree.

    `atol` is the largest difference allowed, 0 for bit-identical. AssertionError where shapes
    differ, a value is not finite, or the largest difference is over `atol`.
    """
    got, expected = _tensors(got), _tensors(expected)
    if len(got) != len(expected):
        raise AssertionError(f"law: {name}: {len(got)} and {len(expected)} items")
    for g, e in zip(got, expected):
        if g.shape != e.shape:
            shapes = f"{tuple(g.shape)} and {tuple(e.shape)}"
            raise AssertionError(f"law: {name}: shapes {shapes} differ")
    gaps = torch.stack([(g - e).abs().max() for g, e in zip(got, expected) if g.numel()] or [ZERO])
    largest = float(gaps.max())  # not a number where one of the gaps isn't
    if not largest <= atol:
        raise AssertionError(f"law: {name}: largest difference {largest:.3g}, allowed {atol:g}")
    print(f"law holds: {name} ({'bit for bit' if atol == 0 else f'to {atol:g}'})")


def floor(name: str, value: float, least: float) -> None:
    """A figure that quick training on stand-ins must reach; elsewhere it is only shown.

    `least` comes from five recorded seeds: their worst, less their spread.
    """
    floors[name] = {"value": round(float(value), 5), "least": least}
    if not settings.current().floors_hold:
        print(f"{name}: {value:.4f} (quick stand-in runs must reach {least:g})")
    elif not value >= least:
        raise AssertionError(f"floor: {name} is {value:.4f}, must reach {least:g}")
    else:
        print(f"{name}: {value:.4f}, must reach {least:g}")


def goal(name: str, value: float, aim: float, lecture: float | None = None) -> None:
    """A figure that full runs aim at, the lecture's beside it; a miss is said and recorded."""
    beside = "" if lecture is None else f", lecture {lecture:g}"
    if settings.current().quick:
        print(f"{name}: {value:.4f} (the goal {aim:g} is for full runs on real data{beside})")
        return
    met = bool(value >= aim)
    goals[:] = [each for each in goals if each["name"] != name]  # the cell may be run again
    goals.append({"name": name, "value": round(float(value), 5), "goal": aim, "met": met})
    print(f"{name}: {value:.4f}, goal {aim:g}{beside}: {'met' if met else 'MISSED'}")


def _tensors(value: object) -> list[torch.Tensor]:
    if isinstance(value, bytes):
        value = torch.tensor(list(value))
    items = value if isinstance(value, Sequence) else [value]
    return [torch.as_tensor(item).detach().double().cpu() for item in items]


def _text(value: object) -> str:
    return f"{value:,}" if isinstance(value, int) and not isinstance(value, bool) else str(value)
