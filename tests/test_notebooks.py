"""The form of every notebook: what nbval does not notice by itself."""

import ast
import importlib
import json
import re
import statistics
from pathlib import Path

import nbformat
import pytest

ROOT = Path(__file__).resolve().parent.parent
NOTEBOOKS = sorted((ROOT / "notebooks").glob("*.ipynb"))
HEADINGS = [
    "Setup",
    "The data",
    "A baseline",
    "The ladder",
    "Results",
    "Looking inside",
    "What can go wrong",
    "Questions",
    "Exercises",
    "Recap and references",
]
MACHINE_PATH = re.compile(r"(?<![\w.])/(home|root|Users|tmp|work|content)/\w|[A-Z]:\\\\")


@pytest.fixture(params=NOTEBOOKS, ids=lambda path: path.stem)
def notebook(request):
    return nbformat.read(request.param, as_version=4)


def code(notebook):
    return [cell for cell in notebook.cells if cell.cell_type == "code"]


def prose(notebook):
    return "\n".join(cell.source for cell in notebook.cells if cell.cell_type == "markdown")


def outputs(notebook):
    return [output for cell in code(notebook) for output in cell.outputs]


def test_there_are_notebooks():
    assert NOTEBOOKS, "every test below would pass without one"


def test_valid_and_not_too_large():
    for path in NOTEBOOKS:
        nbformat.validate(json.loads(path.read_text()))
        assert path.stat().st_size < 900 * 1024, path.name


def test_parts_in_order(notebook):
    found = re.findall(r"^## (.+)$", prose(notebook), re.MULTILINE)
    assert [part for part in found if part in HEADINGS] == HEADINGS
    assert len(found) <= len(HEADINGS) + 1, "at most one part of its own"
    assert re.match(r"# \d+b?\. \S", notebook.cells[0].source)


def test_executed_in_order_and_without_errors(notebook):
    assert [cell.execution_count for cell in code(notebook)] == list(
        range(1, len(code(notebook)) + 1)
    )
    kinds = {output.output_type for output in outputs(notebook)}
    assert "error" not in kinds
    assert not [o for o in outputs(notebook) if o.get("name") == "stderr"], "stored stderr"


def test_stored_outputs_are_of_a_quick_run(notebook):
    text = "".join(o.get("text", "") for o in outputs(notebook))
    assert "quick profile, stand-in data, cpu, seed 0" in text


def test_no_magics_no_shell_no_gpu_only_calls(notebook):
    for cell in code(notebook):
        ast.parse(cell.source)  # magics and shell lines are no Python
        assert ".cuda(" not in cell.source and "sys.path" not in cell.source


def test_no_path_of_one_machine(notebook):
    text = "".join(o.get("text", "") for o in outputs(notebook))
    text += "".join(cell.source for cell in notebook.cells)
    assert not MACHINE_PATH.search(text), MACHINE_PATH.search(text)


def test_cells_are_small(notebook):
    sizes = [len([x for x in c.source.splitlines() if x.strip()]) for c in code(notebook)]
    assert max(sizes) <= 25 and statistics.median(sizes) <= 8, sizes
    assert max(len(line) for c in code(notebook) for line in c.source.splitlines()) <= 100
    assert not any(c.source.strip() == "" for c in notebook.cells)


def test_enough_prose_and_pictures(notebook):
    assert len(re.findall(r"\w+", prose(notebook))) >= 25 * len(code(notebook))
    assert sum("image/png" in output.get("data", {}) for output in outputs(notebook)) >= 8


def test_exercises_have_hints_and_say_whether_they_worked(notebook):
    exercises = prose(notebook).partition("## Exercises")[2].partition("\n## ")[0]
    count = len(re.findall(r"^\d+\. ", exercises, re.MULTILINE))
    assert 3 <= count <= 6
    assert exercises.count("<details>") == exercises.count("</details>") == count
    assert exercises.count("It worked") == count


def test_checks_of_each_kind(notebook):
    source = "".join(cell.source for cell in code(notebook))
    for kind in ("checks.fact(", "checks.law(", "checks.floor(", "checks.goal("):
        assert kind in source, kind


def test_every_helper_that_is_used_exists(notebook):
    for cell in code(notebook):
        for node in ast.walk(ast.parse(cell.source)):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("helpers"):
                module = importlib.import_module(node.module)
                for name in node.names:
                    if not hasattr(module, name.name):
                        importlib.import_module(f"{node.module}.{name.name}")
