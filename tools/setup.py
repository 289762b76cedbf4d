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
    if not has_pip():
        print("making .venv", flush=True)
        try:
            venv.create(VENV, with_pip=True, clear=True)
        except subprocess.CalledProcessError:
            sys.exit(
                "Python's venv can't install pip: on Debian and Ubuntu, apt install python3-venv"
            )
    if build:
        index = f"https://download.pytorch.org/whl/{build}"
        pip("torch", "torchvision", "--index-url", index)
    print("installing the packages: some minutes, and 6 GB unless --torch cpu", flush=True)
    pip("--editable", f"{ROOT}[test]")
    (VENV / "ready").touch()
    print("ready")


def has_pip() -> bool:
    """Is there an environment, and a whole one? Its Python comes first, pip last."""
    ask = [PYTHON, "-m", "pip", "--version"]
    return PYTHON.exists() and not subprocess.run(ask, capture_output=True).returncode


def pip(*arguments: str) -> None:
    command = [PYTHON, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
    if done := subprocess.run([*command, *arguments]).returncode:
        sys.exit(f"pip failed ({done}); its message is above. Try again, or see README's set-up")


if __name__ == "__main__":
    main()
