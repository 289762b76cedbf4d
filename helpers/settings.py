"""Which profile, device, seed and folders a lesson runs with; `start` says so in one line."""

import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

import torch

from helpers import parallel

T = TypeVar("T")
ROOT = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Run:
    """The settings of one run of one lesson, made by `start`."""

    lesson: str
    profile: str  # "quick" or "full"
    source: str  # "stand-in" or "real"
    device: torch.device
    seed: int
    data: Path  # where the real sets are
    started: float = field(default_factory=time.time)  # seconds since 1970

    @property
    def number(self) -> str:
        """The lesson's number as `make` takes it: 01, 03b."""
        return self.lesson.split("_")[0]

    @property
    def quick(self) -> bool:
        return self.profile == "quick"

    @property
    def floors_hold(self) -> bool:
        """Floors were measured on the stand-ins with the quick budgets, and are enforced there."""
        return self.quick and self.source == "stand-in"

    def pick(self, *, quick: T, full: T, cpu: T | None = None) -> T:
        """The value for this run's profile; all stand side by side where they are used.

        cpu: for full runs on a processor, where they do less; default: `full`.
        """
        if self.quick:
            return quick
        return full if cpu is None or self.device.type != "cpu" else cpu

    def __str__(self) -> str:
        data = "real data" if self.source == "real" else "stand-in data"
        return f"{self.lesson}: {self.profile} profile, {data}, {self.device}, seed {self.seed}"


_current: Run | None = None


def start(lesson: str, environment: Mapping[str, str] = os.environ) -> Run:
    """Read the settings from environment variables, seed torch, print one line, return the `Run`.

    LESSON_PROFILE  quick (default) or full
    LESSON_SOURCE   stand-in or real; default: stand-in in quick; full always takes the real sets
    LESSON_DEVICE   cpu, cuda or mps; default: the accelerator if there is one, in quick the cpu
    LESSON_SEED     a whole number from 0; default 0
    LESSON_DATA     folder of the real sets; default: data/ of this project

    Raises ValueError, naming the allowed values, where a variable holds anything else.
    """
    global _current
    profile = _choice(environment, "LESSON_PROFILE", ["quick", "full"])
    sources = ["stand-in", "real"] if profile == "quick" else ["real"]
    seed = environment.get("LESSON_SEED") or "0"
    if not seed.isdecimal():
        raise ValueError(f"LESSON_SEED is {seed!r}; allowed: a whole number from 0")
    devices = _devices()
    if profile == "full":  # the first is the default: the accelerator, where there is one
        devices = devices[::-1]
    _current = Run(
        lesson=lesson,
        profile=profile,
        source=_choice(environment, "LESSON_SOURCE", sources),
        device=parallel.start(torch.device(_choice(environment, "LESSON_DEVICE", devices))),
        seed=int(seed),
        data=Path(environment.get("LESSON_DATA") or ROOT / "data").expanduser().resolve(),
    )
    torch.manual_seed(_current.seed)
    torch.set_float32_matmul_precision("high")  # TF32 where the device has it
    print(_current)
    return _current


def current() -> Run:
    """The settings of the lesson that runs; RuntimeError before `start`."""
    if _current is None:
        raise RuntimeError("no lesson has started: call settings.start(lesson) in its first cell")
    return _current


def _choice(environment: Mapping[str, str], name: str, allowed: list[str]) -> str:
    value = environment.get(name) or allowed[0]
    if value not in allowed:
        raise ValueError(f"{name} is {value!r}; allowed here: {', '.join(allowed)}")
    return value


def _devices() -> list[str]:
    devices = ["cpu"]
    if torch.backends.mps.is_available():
        devices.append("mps")
    if torch.cuda.is_available():
        devices.append("cuda")
    return devices
