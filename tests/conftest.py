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


@pytest.fixture
def cache_folder(tmp_path, monkeypatch):
    """Stand-ins and decoded pictures go to a folder of this test's own."""
    monkeypatch.setenv("LESSON_CACHE", str(tmp_path / "cache"))
    return tmp_path / "cache"


@pytest.fixture
def real(request, tmp_path):
    """A quick run of the module's LESSON on a folder of real sets that is still empty."""
    (tmp_path / "data").mkdir()
    environment = {"LESSON_SOURCE": "real", "LESSON_DATA": str(tmp_path / "data")}
    return settings.start(request.module.LESSON, environment)
