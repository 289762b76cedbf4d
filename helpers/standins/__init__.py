"""Draws the stand-ins; `helpers.datasets` keeps them in the real sets' own file formats.

Each set is drawn once and kept in the user's cache folder, keyed by the code that draws it. The
modules are imported where they are needed, so that a lesson's first cell does not wait for all.
"""

from collections.abc import Callable
from pathlib import Path

from helpers import cache


def drawn(name: str, draw: Callable[[Path], None]) -> Path:
    """The folder of a stand-in set; `draw(folder)` makes it where it is not there yet."""
    code = "".join(path.read_text() for path in sorted(Path(__file__).parent.glob("*.py")))
    return cache.build_once(f"standin-{name}", code, draw)
