"""Make README's tables and picture from the records in results/ and the stored notebooks.

The tables stand between `<!-- lessons -->` and `<!-- /lessons -->`, and so for `bench`; `make
report` fills them in, and a test fails where README and the records differ.
"""

import base64
import json
import re
import tomllib
from statistics import fmean

from lessons import NOTEBOOKS, ROOT, code_cells, read, script

from helpers import records

LESSONS = tomllib.loads((ROOT / "results" / "lessons.toml").read_text())["lesson"]


def main() -> None:
    readme = ROOT / "README.md"
    readme.write_text(filled(readme.read_text()))
    for lesson in LESSONS:
        picture = stored_picture(lesson["name"], lesson["picture"])
        (records.RESULTS / f"{lesson['name']}.png").write_bytes(picture)


def filled(text: str) -> str:
    """README's text with its tables made anew."""
    for name, table in (("lessons", lessons), ("bench", bench)):
        pattern = re.compile(rf"(<!-- {name} -->\n).*?(<!-- /{name} -->)", re.DOTALL)
        text = pattern.sub(lambda match, table=table: match[1] + table() + match[2], text)
    return text


def lessons() -> str:
    """One row a lesson: topic, what one learns, figures, times."""
    rows = [
        "| lesson | you learn | figure | lecture | ours, full | ours, quick | time: quick, full |",
        "|---|---|---|---|---|---|---|",
    ]
    for lesson in LESSONS:
        quick, full = figure(lesson, "quick"), figure(lesson, "full")
        link = f"[{lesson['title']}](notebooks/{lesson['name']}.ipynb)"
        times = f"{time(lesson, 'quick')}, {time(lesson, 'full')}"
        cells = [link, lesson["learn"], lesson["figure"], lesson["lecture"], full, quick, times]
        rows.append(f"| {' | '.join(cells)} |")
    return "\n".join(rows) + "\n"


def bench() -> str:
    """The recorded benchmarks, each folded below its machine."""
    parts = []
    for path in sorted((records.RESULTS / "bench").glob("*.json")):
        kept = json.loads(path.read_text())
        versions = ", ".join(f"{package} {found}" for package, found in kept["versions"].items())
        title = f"<code>tools/{path.stem}.py</code> on {kept['machine']}, {versions}"
        parts.append(f"<details><summary>{title}</summary>\n")
        parts += ["| work | seconds | ratio | spread | MB |", "|---|---|---|---|---|"]
        for row in kept["rows"]:
            cells = zip((row["ratio"], row["spread"], row["megabytes"]), (".3f", ".0%", ",.0f"))
            rest = ("" if value is None else format(value, how) for value, how in cells)
            parts.append(f"| {row['name'].strip()} | {row['seconds']:.3f} | {' | '.join(rest)} |")
        parts.append("\n</details>\n")
    return "\n".join(parts)


def runs(lesson: dict, profile: str) -> list[dict]:
    """The recorded runs of a profile, quick ones on stand-ins, that reached README's rung."""
    source = {"quick": "stand-in", "full": "real"}[profile]
    found = records.runs_of(lesson["name"], profile, source)
    return [run for run in found if lesson["rung"] in run["rungs"]]


def figure(lesson: dict, profile: str) -> str:
    values = [run["rungs"][lesson["rung"]][lesson["key"]] for run in runs(lesson, profile)]
    return f"{fmean(values):.4f}".lstrip("0") if values else "not yet"


def time(lesson: dict, profile: str) -> str:
    found = runs(lesson, profile)
    if not found:
        return "not yet"
    run = min(found, key=lambda run: run["seconds"])  # what else a machine does only adds
    seconds = run["seconds"]
    length = f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
    threads = "1 thread" if run["threads"] == 1 else f"{run['threads']} threads"
    return f"{length} ({run['device']}, {threads})"


def stored_picture(name: str, drawn_by: str) -> bytes:
    """The PNG that a notebook stores below the cell that holds the text `drawn_by`."""
    for cell in code_cells(read(NOTEBOOKS / f"{name}.ipynb")):
        pictures = [o.data["image/png"] for o in cell.outputs if "image/png" in o.get("data", {})]
        if drawn_by in cell.source and pictures:
            return base64.b64decode(pictures[-1])
    raise ValueError(f"no cell of {name} that holds {drawn_by!r} stores a picture")


if __name__ == "__main__":
    script(main)
