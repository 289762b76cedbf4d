"""Settings: the right defaults, and errors that name what is allowed."""

import dataclasses
import subprocess
import sys

import pytest
import torch

from helpers import settings


def test_quick_is_the_default(capsys):
    run = settings.start("01_mnist_resnet", {})
    assert (run.profile, run.source, run.device.type, run.seed) == ("quick", "stand-in", "cpu", 0)
    assert run.pick(quick=1, full=2) == 1 and run.floors_hold
    assert capsys.readouterr().out == "01_mnist_resnet: quick profile, stand-in data, cpu, seed 0\n"


def test_full_takes_real_data_and_full_budgets(full):
    assert full.source == "real" and full.pick(quick=1, full=2) == 2 and not full.floors_hold


def test_full_runs_on_a_processor_may_do_less(quick, full):
    assert quick.pick(quick=1, full=3, cpu=2) == 1
    assert full.pick(quick=1, full=3, cpu=2) == 2
    on_gpu = dataclasses.replace(full, device=torch.device("cuda"))
    assert on_gpu.pick(quick=1, full=3, cpu=2) == 3


def test_quick_budgets_on_real_data_enforce_no_floors():
    assert not settings.start("x", {"LESSON_SOURCE": "real"}).floors_hold


@pytest.mark.parametrize(
    "name, value, allowed",
    [
        ("LESSON_PROFILE", "ful", "quick, full"),
        ("LESSON_SOURCE", "fake", "stand-in, real"),
        ("LESSON_DEVICE", "gpu", "cpu"),
        ("LESSON_SEED", "-1", "a whole number from 0"),
    ],
)
def test_unknown_values_are_refused(name, value, allowed):
    with pytest.raises(ValueError, match=f"{name} is '{value}'.*{allowed}"):
        settings.start("x", {name: value})


def test_full_refuses_stand_ins():
    with pytest.raises(ValueError, match="allowed here: real"):
        settings.start("x", {"LESSON_PROFILE": "full", "LESSON_SOURCE": "stand-in"})


def test_importing_the_package_loads_nothing_heavy():
    code = "import sys, helpers; sys.exit('torch' in sys.modules or 'numpy' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code]).returncode == 0
