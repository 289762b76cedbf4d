"""The tools: a failing lesson is reported, mutants are told apart, README matches the records."""

import json
import os
import subprocess
import sys
from pathlib import Path
from textwrap import dedent

import jsonschema
import mutants
import nbformat
import psutil
import pytest
import refresh
import report
import run
import timing
from lessons import ROOT, default_environment, execute, find, quiet_environment, replace_once

from helpers import records, settings

RECORDS = sorted((ROOT / "results").glob("[0-9]*.json"))


def notebook_of(*sources):
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    return nbformat.v4.new_notebook(cells=cells)


def test_execute_uses_this_python_and_stops_at_the_first_error():
    notebook = notebook_of("import sys; print(sys.executable)", "assert False, 'why'", "print(1)")
    error = execute(notebook, quiet_environment())
    assert error.ename == "AssertionError" and error.evalue == "why"
    assert notebook.cells[0].outputs[0].text.strip() == sys.executable
    assert notebook.cells[2].outputs == []
    left = [p for p in psutil.Process().children(recursive=True) if "ipykernel" in str(p.cmdline())]
    assert not left, "the kernel ends with the call"


def test_a_kernel_that_is_killed_fails_its_lesson_only():
    notebook = notebook_of("import os, signal; os.kill(os.getpid(), signal.SIGKILL)")
    error = execute(notebook, quiet_environment())
    assert error.ename == "DeadKernelError" and "memory" in error.evalue


def test_a_failing_lesson_gives_exit_status_1_and_the_others_run(tmp_path, monkeypatch, capsys):
    (tmp_path / "build").mkdir()
    lessons = {"01_bad": "1 / 0", "02_good": "print(1)", "03_good": "print(1)"}
    for name, source in lessons.items():
        nbformat.write(notebook_of(source), tmp_path / f"{name}.ipynb")
    monkeypatch.setattr(run, "BUILD", tmp_path / "build")
    monkeypatch.setattr(run, "find", lambda _: [tmp_path / f"{name}.ipynb" for name in lessons])
    monkeypatch.setattr(sys, "argv", ["run.py"])
    monkeypatch.setattr(run, "index", lambda results: None)
    assert run.main() == 1
    printed = capsys.readouterr().out
    lines = ("01_bad, seed 0: FAILED", "02_good, seed 0: ok", "03_good, seed 0: ok")
    assert all(line in printed for line in lines)


def test_seeds_of_a_lesson_run_side_by_side_and_record_where_asked(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(run, "BUILD", tmp_path)
    waits = f"""
        import os, time
        from pathlib import Path
        assert os.environ["LESSON_RECORD"] == {str(tmp_path / "kept")!r}
        here, end = Path({str(tmp_path)!r}), time.monotonic() + 30
        (here / ("seed" + os.environ["LESSON_SEED"])).touch()
        while not ((here / "seed0").exists() and (here / "seed1").exists()):
            assert time.monotonic() < end, "the other seed has not begun"
    """
    nbformat.write(notebook_of(dedent(waits)), tmp_path / "01_waits.ipynb")
    monkeypatch.setattr(run, "find", lambda _: [tmp_path / "01_waits.ipynb"])
    monkeypatch.setattr(run, "side_by_side", lambda environment: 2)
    monkeypatch.setattr(sys, "argv", ["run.py", "--seeds", "2"])
    monkeypatch.setenv("LESSON_RECORD", str(tmp_path / "kept"))
    monkeypatch.setattr(run, "index", lambda results: None)
    assert run.main() == 0
    printed = capsys.readouterr().out
    assert all(f"01_waits, seed {seed}: ok" in printed for seed in (0, 1))


def test_the_newest_record_is_shown(tmp_path):
    runs = [{"seed": 3, "date": "2026-01-02"}, {"seed": 0, "date": "2026-01-02T10:00:00"}]
    (tmp_path / "01.json").write_text(json.dumps({"runs": runs + runs[:1]}))
    assert run.last_recorded(tmp_path / "01.json") == runs[1]
    assert run.last_recorded(tmp_path / "01.json", seed=3) == runs[0]
    assert run.last_recorded(tmp_path / "02.json") is None


def test_tests_do_not_take_over_somebody_s_settings(monkeypatch):
    for name in ("PROFILE", "SEED", "CACHE"):
        monkeypatch.setenv(f"LESSON_{name}", "7")
    clean = default_environment(LESSON_SEED="2")
    assert [clean[f"LESSON_{name}"] for name in ("PROFILE", "SEED", "CACHE")] == ["", "2", "7"]


@pytest.mark.parametrize("name, value", [("PROFILE", "full"), ("DEVICE", "cuda")])
def test_only_quick_lessons_on_a_processor_run_side_by_side(name, value, monkeypatch):
    monkeypatch.setattr(os, "cpu_count", lambda: 8)
    assert run.side_by_side({}) == 4
    assert run.side_by_side({f"LESSON_{name}": value}) == 1


def test_an_unknown_lesson_ends_with_the_known_ones():
    with pytest.raises(SystemExit, match="there is no lesson 99; there are: 01"):
        find("99")


def test_a_number_finds_its_lesson_and_not_its_companion():
    assert [path.stem for path in find("03")] == ["03_superres_feature_loss"]
    assert [path.stem for path in find("03b")] == ["03b_style_transfer"]


@pytest.mark.parametrize(
    "check, old, new, verdict",
    [
        ("assert x == 1, 'x is one'", "x = 1", "x = 2", "noticed"),
        ("assert x < 9, 'x is one'", "x = 1", "x = 2", "LIVES"),
        ("assert x == 1, 'x is one'", "x = 1", "x = nothing", "BROKEN"),
        ("assert x == 1, 'another'  # x is one", "x = 1", "x = 2", "ELSEWHERE"),
    ],
)
def test_mutants_are_told_apart(tmp_path, capsys, check, old, new, verdict):
    path = tmp_path / "99_x.ipynb"
    nbformat.write(notebook_of("x = 1", check), path)
    mutant = {"name": "m", "old": old, "new": new, "noticed_by": "x is one"}
    assert mutants.tried(path, [mutant]) == [verdict == "noticed"]
    assert verdict in capsys.readouterr().out


def test_mutants_do_not_see_each_other(tmp_path, capsys):
    path = tmp_path / "99_x.ipynb"
    nbformat.write(notebook_of("x = [1]", "x.append(2)", "assert x == [1, 2], 'x is right'"), path)
    edits = [("x = [1]", "x = [0]"), ("x.append(2)", "x.append(3)"), ("append(2)", "append( 2)")]
    tried = [{"name": n, "old": o, "new": n, "noticed_by": "x is right"} for o, n in edits]
    assert mutants.tried(path, tried) == [True, True, False]


@pytest.mark.parametrize(
    "edit, verdict",
    [
        ("raise AssertionError('y' * 200_000)", "ELSEWHERE"),
        ("import os; os._exit(3)", "Killed"),
    ],
)
def test_a_mutant_that_says_much_or_nothing_is_told_apart(tmp_path, capsys, edit, verdict):
    path = tmp_path / "99_x.ipynb"
    nbformat.write(notebook_of("x = 1", "assert x == 1, 'x is one'"), path)
    mutant = {"name": "m", "old": "x = 1", "new": edit, "noticed_by": "x is one"}
    assert mutants.tried(path, [mutant]) == [False]
    assert verdict in capsys.readouterr().out


def test_a_mutant_must_name_one_place():
    with pytest.raises(ValueError, match="expected once"):
        replace_once(notebook_of("a = 1", "a = 1").cells, "a = 1", "a = 2")


def test_every_lesson_has_mutants_that_fit():
    for path in find():
        assert len(mutants.mutants(path)) >= 3, path.stem
        for mutant in mutants.mutants(path):
            cells = [c for c in nbformat.read(path, 4).cells if c.cell_type == "code"]
            assert any(mutant["noticed_by"] in cell.source for cell in cells), mutant["name"]
            replace_once(cells, mutant["old"], mutant["new"])


def test_refresh_leaves_out_what_differs_between_machines():
    notebook = notebook_of("1")
    notebook.metadata["kernelspec"] = {"name": "x", "display_name": "mine", "language": "python"}
    notebook.cells[0].metadata["execution"] = {"iopub.execute_input": "now"}
    cleaned = refresh.clean(notebook)
    assert "now" not in json.dumps(cleaned) and "mine" not in json.dumps(cleaned)
    assert cleaned.cells[0].execution_count == 1


def test_recording(tmp_path, monkeypatch, quick):
    monkeypatch.setenv("LESSON_RECORD", str(tmp_path))
    for seed, accuracy in ((0, 0.5), (1, 0.7), (1, 0.9)):  # the last takes the second's place
        lesson = settings.start("99_test", {"LESSON_SEED": str(seed)})
        records.record(lesson, "ten digits", {"a": {"accuracy": accuracy}})
    runs = records.read(tmp_path / "99_test.json")
    assert [r["rungs"]["a"]["accuracy"] for r in runs] == [0.5, 0.9]
    assert records.kept("99_test", "a", "accuracy", tmp_path) == {"quick, kept": 0.7}
    assert records.kept("99_test", "b", "accuracy", tmp_path) == {"quick, kept": ""}
    assert records.kept("98_none", "a", "accuracy", tmp_path) == {}
    schema = json.loads((ROOT / "results" / "schema.json").read_text())
    jsonschema.validate(json.loads((tmp_path / "99_test.json").read_text()), schema)


@pytest.mark.parametrize("path", RECORDS, ids=lambda path: path.stem)
def test_records_have_the_right_form(path):
    record = json.loads(path.read_text())
    jsonschema.validate(record, json.loads((ROOT / "results" / "schema.json").read_text()))
    assert record["lesson"] == path.stem


def test_every_lesson_has_five_recorded_seeds_behind_its_floors():
    for path in find():
        runs = records.read(ROOT / "results" / f"{path.stem}.json")
        drawn = [r for r in runs if (r["profile"], r["source"]) == ("quick", "stand-in")]
        assert len({r["seed"] for r in drawn}) >= 5, path.stem


def test_no_floor_is_above_its_worst_recorded_seed():
    for path in RECORDS:
        for one in records.read(path):
            if (one["profile"], one["source"]) == ("quick", "stand-in"):
                for name, floor in one["floors"].items():
                    assert floor["value"] >= floor["least"], (path.stem, one["seed"], name)


def test_readme_matches_the_records():
    text = (ROOT / "README.md").read_text()
    assert report.filled(text) == text, "run `make report`"


def test_make_lists_its_targets():
    done = subprocess.run(
        [sys.executable, ROOT / "tools" / "help.py"], capture_output=True, text=True
    )
    for target in ("run", "test", "lab", "data", "mutants", "refresh", "report", "bench", "setup"):
        assert f"make {target}" in done.stdout


def test_scripts_behind_the_targets_exist():
    for line in (Path(ROOT) / "Makefile").read_text().splitlines():
        for word in line.split():
            assert not word.startswith("tools/") or (ROOT / word).exists(), word


def test_nothing_temporary_is_left_behind():
    """A tool's own files, a child's, and those of a process that `cache.scratch` serves."""
    both = "print(tempfile.mkdtemp()); "
    child = f"from helpers import cache; import tempfile; {both}print(cache.scratch())"
    tool = (
        f"import subprocess, sys, tempfile\nsys.path.insert(0, {str(ROOT / 'tools')!r})\n"
        f"import lessons\ndef main():\n    print(tempfile.mkdtemp(), flush=True)\n"
        f"    return subprocess.run([sys.executable, '-c', {child!r}]).returncode\n"
        f"lessons.script(main)"
    )
    for code in (tool, child.replace(both, "")):
        done = subprocess.run(
            [sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT, check=True
        )
        folders = [Path(path) for path in done.stdout.splitlines()]
        assert folders and not any(folder.exists() for folder in folders), done.stdout


def test_a_recorded_benchmark_becomes_a_table(tmp_path, monkeypatch):
    monkeypatch.setattr(timing, "BENCH", tmp_path / "bench")
    monkeypatch.setattr(records, "RESULTS", tmp_path)
    monkeypatch.setenv("LESSON_RECORD", "1")
    timing.report([timing.Row("a", 1.0), timing.Row("  b", 2.0, 0.5)], "bench_x")
    assert "| b | 2.000 | 0.500 |  |  |" in report.bench() and "tools/bench_x.py" in report.bench()


def hold(size):
    return len(b"x" * size)


def test_memory_is_that_of_a_process_of_its_own():
    held = b"x" * 300_000_000  # what this process holds is no part of it
    done, megabytes = timing.alone(hold, 100_000_000)
    assert done == 100_000_000 and 95 < megabytes < 150, len(held)


def test_a_run_on_a_gpu_is_not_averaged_with_one_on_a_processor(tmp_path, monkeypatch):
    one = {"profile": "full", "source": "real", "rungs": {"a": {"accuracy": 0.5}}, "device": "cpu"}
    other = one | {"rungs": {"a": {"accuracy": 0.9}}, "device": "A GPU"}
    for runs, accuracy in (([one], 0.5), ([one, other], 0.9)):
        (tmp_path / "99_test.json").write_text(json.dumps({"runs": runs}))
        assert records.kept("99_test", "a", "accuracy", tmp_path) == {"full, kept": accuracy}
