"""Cells can be rerun: with every code cell executed twice in a row, all checks still hold."""

import nbformat
import pytest
from lessons import code_cells, execute, quiet_environment, read
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
    error = execute(notebook, quiet_environment(LESSON_PROFILE="quick", LESSON_SEED="0"))
    assert error is None, error
