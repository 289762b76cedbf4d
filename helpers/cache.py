"""Folders that are built once (drawn stand-ins, decoded pictures), and folders for the moment."""

import atexit
import hashlib
import os
import shutil
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from filelock import FileLock


def root() -> Path:
    """The user's cache folder for this project; LESSON_CACHE puts it elsewhere."""
    if chosen := os.environ.get("LESSON_CACHE"):
        return Path(chosen).expanduser()
    if sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA", Path.home() / "AppData/Local"))
    elif sys.platform == "darwin":
        base = Path.home() / "Library/Caches"
    else:
        base = Path(os.environ.get("XDG_CACHE_HOME", Path.home() / ".cache"))
    return base / "lessons-that-run"


def build_once(name: str, key: str, build: Callable[[Path], None]) -> Path:
    """The folder `name-<hash of key>`; if it is not there yet, `build(folder)` fills it.

    `build` works in a temporary folder that is renamed when it returns, so that a killed or
    failed build leaves nothing that could be taken for whole. Of two processes that ask at once,
    one builds and the other waits.
    """
    target = root() / f"{name}-{hashlib.sha256(key.encode()).hexdigest()[:16]}"
    if target.is_dir():
        return target
    target.parent.mkdir(parents=True, exist_ok=True)
    with FileLock(f"{target}.lock"):
        if target.is_dir():  # built by another process while this one waited
            return target
        for left in target.parent.glob(f"{target.name}.*.part"):  # by a build that was killed
            shutil.rmtree(left, ignore_errors=True)
        part = Path(tempfile.mkdtemp(prefix=f"{target.name}.", suffix=".part", dir=target.parent))
        try:
            build(part)
            part.rename(target)
        finally:
            shutil.rmtree(part, ignore_errors=True)
    return target


def scratch() -> Path:
    """A new, empty folder that goes when this process ends."""
    folder = Path(tempfile.mkdtemp(prefix="lesson-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder
