"""Cells can be rerun: with every code cell of lesson 1 executed twice in a row, its checks hold.

And a quick run opens no connection: these kernels refuse every one that leaves the machine.
"""

import nbformat
import pytest
from lessons import ROOT, code_cells, execute, quiet_environment, read
from test_notebooks import NOTEBOOKS


@pytest.mark.parametrize("path", NOTEBOOKS[:1], ids=lambda path: path.stem)
def test_every_cell_twice(path):
    notebook = read(path)
    for cell in code_cells(notebook):
        cell.outputs, cell.execution_count = [], None
    twice = [
        c
        for cell in notebook.cells
        for c in ([cell, cell.copy()] if cell.cell_type == "code" else [])
    ]
    notebook.cells = [nbformat.from_dict(cell) for cell in twice]
    settings = {"LESSON_PROFILE": "quick", "LESSON_SEED": "0"}
    guard = str(ROOT / "tests" / "forbid_network")
    error = execute(notebook, quiet_environment(**settings, PYTHONPATH=guard))
    assert error is None, error
