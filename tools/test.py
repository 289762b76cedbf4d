"""Lint, then unit tests, form tests and every notebook, in two processes with one thread each."""

import subprocess
import sys

from lessons import ROOT, default_environment, script, threads

PYTEST = ["-m", "pytest", "--nbval-lax", "--nbval-current-env", "--nbval-cell-timeout=300"]
PARALLEL = ["-n", "2", "--dist", "loadfile", "--no-loadscope-reorder", "-q"]


def main() -> int:
    guard = str(ROOT / "tests" / "forbid_network")  # no connection leaves this machine
    environment = default_environment(**threads(1), PYTHONPATH=guard)
    for command in (["-m", "ruff", "check", "."], [*PYTEST, *PARALLEL, *sys.argv[1:]]):
        done = subprocess.run([sys.executable, *command], cwd=ROOT, env=environment)
        if done.returncode:
            return done.returncode
    return 0


if __name__ == "__main__":
    script(main)
