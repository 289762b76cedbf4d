"""Make .venv with all that the lessons need; needs nothing but Python 3.11 or later.

--torch cpu (or cu126, cu128, ...) takes torch and torchvision from PyTorch's own index: smaller for
machines without a GPU, and the way to a build for an older driver or card.
"""

import argparse
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if sys.platform == "win32" else "bin/python")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--torch", metavar="BUILD", help="cpu, cu126, ... from PyTorch's index")
    build = parser.parse_args().torch
    if sys.version_info < (3, 11):
        sys.exit(f"Python 3.11 or later is needed, this is {sys.version.split()[0]}")
    if not PYTHON.exists():
        print("making .venv", flush=True)
        venv.create(VENV, with_pip=True)
    if build:
        index = f"https://download.pytorch.org/whl/{build}"
        pip("torch", "torchvision", "--index-url", index)
    print("installing the packages: some minutes, and 6 GB unless --torch cpu", flush=True)
    pip("--editable", f"{ROOT}[test]")
    (VENV / "ready").touch()
    print("ready")


def pip(*arguments: str) -> None:
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if done := subprocess.run([*command, *arguments]).returncode:
        sys.exit(f"pip failed ({done}); its message is above. Try again, or see README's set-up")


if __name__ == "__main__":
    main()
