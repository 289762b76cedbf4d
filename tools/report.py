"""Make README's table and picture from the records in results/ and the stored notebooks.

The table stands between `<!-- lessons -->` and `<!-- /lessons -->`; `make report` fills it in, and
a test fails where README and the records differ.
"""

import base64
import re
import tomllib
from statistics import fmean

from lessons import NOTEBOOKS, ROOT, code_cells, read

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
    pattern = re.compile(r"(<!-- lessons -->\n).*?(<!-- /lessons -->)", re.DOTALL)
    return pattern.sub(lambda match: match[1] + lessons() + match[2], text)


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


def runs(lesson: dict, profile: str) -> list[dict]:
    """The recorded runs of a profile, quick ones on stand-ins, that reached README's rung."""
    kind = records.KINDS[f"{profile}, kept"]
    found = records.read(records.RESULTS / f"{lesson['name']}.json")
    found = [run for run in found if (run["profile"], run["source"]) == kind]
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
    main()
