"""List the Makefile's targets."""

import re
from pathlib import Path

for line in (Path(__file__).parent.parent / "Makefile").read_text().splitlines():
    if match := re.match(r"(\w+):.*?## (.*)", line):
        print(f"make {match[1]:<9}{match[2]}")
