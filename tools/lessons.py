"""What the tools share: finding lessons, executing notebooks, settings for child processes."""

import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

import nbformat
from ipykernel.kernelspec import RESOURCES, get_kernel_dict
from jupyter_client import AsyncKernelManager
from jupyter_client.kernelspec import KernelSpec, KernelSpecManager
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, DeadKernelError
from nbformat import NotebookNode
from traitlets import Instance, default

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = ROOT / "notebooks"
BUILD = ROOT / "build"


def find(which: str | None = None) -> list[Path]:
    """All lessons, or the one whose name begins with `which` (01, 03b); exits where none does."""
    paths = sorted(NOTEBOOKS.glob("*.ipynb"))
    if which is not None:
        chosen = [path for path in paths if path.stem.split("_")[0] == which]
        if not chosen:
            numbers = ", ".join(path.stem.split("_")[0] for path in paths)
            sys.exit(f"there is no lesson {which}; there are: {numbers}")
        return chosen
    return paths


class ThisPython(KernelSpecManager):
    """Kernels of the Python that runs the tool, whatever is registered as python3."""

    def get_kernel_spec(self, kernel_name: str) -> KernelSpec:
        return KernelSpec(resource_dir=RESOURCES, **get_kernel_dict())


class Manager(AsyncKernelManager):
    """What nbclient starts and, since it made it itself, also shuts down."""

    kernel_spec_manager = Instance(KernelSpecManager)

    @default("kernel_spec_manager")
    def _of_this_python(self) -> KernelSpecManager:
        return ThisPython(parent=self)


def quiet_environment(**changes: str) -> dict[str, str]:
    """This process's environment for kernels: progress as lines, and the changes."""
    return {
        **os.environ,
        "LESSON_PROGRESS": "lines",
        "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        **changes,
    }


def default_environment(**changes: str) -> dict[str, str]:
    """The same without the settings of lessons that somebody made, but for the cache's place."""
    keep = ("LESSON_CACHE", "LESSON_PROGRESS")
    made = [name for name in os.environ if name.startswith("LESSON_") and name not in keep]
    return quiet_environment(**dict.fromkeys(made, "") | changes)


def threads(count: int) -> dict[str, str]:
    """For a child's environment: how many threads its arithmetic may take."""
    names = ["OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"]
    return dict.fromkeys(names, str(count))


def execute(
    notebook: NotebookNode,
    environment: dict[str, str],
    after_cell: Callable[[int], None] | None = None,
) -> CellExecutionError | None:
    """Run the cells in order in a fresh kernel of this Python; the first cell's error, or None.

    Outputs are put into `notebook`. The kernel's folder is notebooks/, as in Jupyter, and it ends
    with this call, also by Ctrl-C.
    """
    client = NotebookClient(
        notebook,
        kernel_manager_class=Manager,
        timeout=None,
        extra_arguments=["--log-level=ERROR"],
        resources={"metadata": {"path": str(NOTEBOOKS)}},
        on_cell_executed=lambda cell, cell_index, **_: after_cell and after_cell(cell_index),
    )
    try:
        client.execute(env=environment)
    except CellExecutionError as error:
        return error
    except DeadKernelError:
        why = "the kernel died; was there not enough memory? Fewer side by side: make run NB=01"
        return CellExecutionError("", "DeadKernelError", why)
    except AssertionError:
        if client.km is None:  # that is how nbclient ends after Ctrl-C
            raise KeyboardInterrupt from None
        raise
    return None


def script(main: Callable[[], int | None]) -> None:
    """Run a tool's `main` and exit with its status; at once by Ctrl-C.

    Temporary files of the tool and of the processes that it starts are gone afterwards, also where
    a kernel was killed.
    """
    with tempfile.TemporaryDirectory(prefix="lessons-", ignore_cleanup_errors=True) as folder:
        os.environ["TMPDIR"] = tempfile.tempdir = folder
        try:
            sys.exit(main())
        except KeyboardInterrupt:
            print("stopped", flush=True)
            shutil.rmtree(folder, ignore_errors=True)
            os._exit(130)  # not waiting for threads; a kernel whose parent is gone shuts down


def read(path: Path) -> NotebookNode:
    return nbformat.read(path, as_version=4)


def code_cells(notebook: NotebookNode) -> list[NotebookNode]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def replace_once(cells: Sequence[NotebookNode], old: str, new: str) -> None:
    """Change the one cell that holds `old`; ValueError where none or several do."""
    holders = [cell for cell in cells if old in cell.source]
    if len(holders) != 1 or holders[0].source.count(old) != 1:
        raise ValueError(f"{old!r} stands in {len(holders)} cells, expected once in one")
    holders[0].source = holders[0].source.replace(old, new)
