"""What several tests need."""

import pytest

from helpers import settings


@pytest.fixture
def quick(monkeypatch):
    """A quick run on stand-ins has started; settings are put back afterwards."""
    monkeypatch.setattr(settings, "_current", None)
    return settings.start("99_test", {})


@pytest.fixture
def full(monkeypatch):
    monkeypatch.setattr(settings, "_current", None)
    return settings.start("99_test", {"LESSON_PROFILE": "full", "LESSON_DEVICE": "cpu"})
