"""Get the real sets, list them, or ask every address whether it still has them.

python tools/data.py [--lesson 02]           download what is missing
python tools/data.py [--lesson 02] --list    what is there, what is missing, sizes and licences
python tools/data.py [--lesson 02] --check   ask each address for the size of its file
"""

import argparse
import http.client
import os
import shutil
import sys
import urllib.request
from pathlib import Path

from helpers.datasets.fetch import AGENT, DataError, complete, fetch, gb, missing
from helpers.datasets.sources import SOURCES, Source

ROOT = Path(__file__).resolve().parent.parent


def main(arguments: list[str]) -> int:
    """Exit status: 0, or 1 where a set could not be had or an address is dead."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--lesson", metavar="NN", help="only what this lesson uses: 02, 03b")
    parser.add_argument("--list", action="store_true", help="download nothing, show what there is")
    parser.add_argument("--check", action="store_true", help="ask each address for its size")
    options = parser.parse_args(arguments)
    chosen = [s for s in SOURCES.values() if options.lesson in (None, *s.lessons)]
    if not chosen:
        used = sorted({lesson for s in SOURCES.values() for lesson in s.lessons})
        sys.exit(f"there is no set for lesson {options.lesson}; there are for {', '.join(used)}")
    folder = Path(os.environ.get("LESSON_DATA") or ROOT / "data").expanduser().resolve()
    if options.check:
        return check(chosen)
    if options.list:
        return show(chosen, folder)
    return download(chosen, folder)


def show(chosen: list[Source], folder: Path) -> int:
    """Print a row a set, and what the missing ones need."""
    print(f"sets in {folder} (LESSON_DATA)\n")
    print(f"{'set':<15}{'lessons':<16}{'state':<9}{'download':>9}  {'at most':>8}  licence")
    need = 0
    for source in chosen:
        here = complete(source, folder / source.folder)
        need += 0 if here else source.disk
        size = sum(file.size or 0 for file in source.files)
        print(
            f"{source.name:<15}{', '.join(source.lessons):<16}{'here' if here else 'missing':<9}"
            f"{words(size):>9}  {words(source.disk):>8}  {source.licence}"
        )
        if not here and (folder / source.folder).is_dir() and source.folder == source.name:
            print(f"{'':<15}it lacks {'; '.join(missing(source, folder / source.folder)[:4])}")
    place = next(p for p in (folder, *folder.parents) if p.exists())
    free = shutil.disk_usage(place).free
    print(f"\nthe missing ones need at most {gb(need)} (and the unknown); {gb(free)} are free")
    print("get them with `make data`, or those of one lesson with `make data NB=02`")
    return 0


def words(size: int) -> str:
    return gb(size) if size else "unknown"


def download(chosen: list[Source], folder: Path) -> int:
    """Fetch one set after the other; a set that cannot be had does not keep the others away."""
    failed = 0
    for source in chosen:
        try:
            print(f"{source.name}: {source.title}", flush=True)
            home = fetch(source, folder)
            print(f"  in {home}; licence: {source.licence}", flush=True)
        except DataError as e:
            failed += 1
            print(f"  {e}", flush=True)
    return int(failed > 0)


def check(chosen: list[Source]) -> int:
    """Print a line an address: its size and whether that is the table's."""
    dead = 0
    for source in chosen:
        for file in source.files:
            for url in file.urls:
                problem = ask(url, file.size)
                dead += problem is not None
                print(f"{'DEAD' if problem else 'ok':<5}{source.name}: {url}: {problem or 'there'}")
    print(f"{dead} addresses are dead")
    return int(dead > 0)


def ask(url: str, size: int | None, timeout: float = 60) -> str | None:
    """What is wrong with an address, without downloading the file; None where nothing is."""
    request = urllib.request.Request(url, headers={**AGENT, "Range": "bytes=0-0"})
    try:
        with urllib.request.urlopen(request, timeout=timeout) as answer:
            total = answer.headers.get("Content-Range", "").rpartition("/")[2]
            total = total if answer.status == 206 else answer.headers.get("Content-Length")
            if answer.headers.get_content_type() == "text/html":
                return "sends a web page, not the file"
    except (OSError, http.client.HTTPException) as e:
        return str(e) or type(e).__name__
    if size and total and total.isdecimal() and int(total) != size:
        return f"has {int(total):,} bytes, expected {size:,}"
    return None


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit("stopped; the same command goes on from here")
