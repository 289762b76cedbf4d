"""Get the real sets: downloads that resume, are checked, and are never taken for whole too early.

A set lives in `<folder>/<set>/`. A download is `<name>.part` there until its size and checksum are
right; an archive is unpacked in `<name>.unpacking` and its contents moved up when all is there.
"""

import errno
import hashlib
import http.client
import os
import shutil
import time
import urllib.error
import urllib.request
from itertools import islice
from pathlib import Path

from filelock import FileLock
from tqdm import tqdm

from helpers.datasets.sources import SOURCES, File, Source
from helpers.datasets.unpack import BadArchive, unpack

AGENT = {"User-Agent": "Mozilla/5.0 (compatible; lessons-that-run)", "Accept-Encoding": "identity"}
LATER = {408, 425, 429, 500, 502, 503, 504}  # HTTP answers that may change when asked again
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}  # no space, over quota, over a size limit
MIB = 2**20


class DataError(RuntimeError):
    """A set could not be had; the text says why and what to do."""


class Refused(Exception):
    """This mirror does not give the file; asking it again is of no use."""


def fetch(name: str | Source, folder: Path, **how: float) -> Path:
    """The folder of a set, complete: as it is, or downloaded, checked and unpacked.

    Opens no connection and writes nothing where the set is complete. Of two processes, one
    downloads and the other waits. `how`: see `download`. DataError says why a set cannot be had
    and what to do about it.
    """
    source = name if isinstance(name, Source) else find(name)
    home = Path(folder) / source.folder
    if complete(source, home):
        return home
    try:
        home.mkdir(parents=True, exist_ok=True)
        with FileLock(home / f".{source.name}.lock"):
            if not complete(source, home):  # perhaps the other process has it by now
                for file in source.files:
                    _get(source, file, home, how)
                _check_whole(source, home)
    except OSError as e:
        if e.errno in FULL:
            raise DataError(
                f"the disk of {home} is full: {source.name} needs {gb(source.disk)} while it is "
                "unpacked. Make room, or set LESSON_DATA to a folder on another disk, and try again"
            ) from e
        if e.errno in (errno.EROFS, errno.EACCES, errno.EPERM):
            raise DataError(
                f"{source.name} is not complete in {home}, and that folder cannot be written "
                f"({e}). Set LESSON_DATA to a folder of yours, or ask its owner to run `make data`"
            ) from e
        raise
    return home


def find(name: str) -> Source:
    """The row of the table; ValueError lists the names there are."""
    if name not in SOURCES:
        raise ValueError(f"no set is called {name!r}; there are: {', '.join(SOURCES)}")
    return SOURCES[name]


def complete(source: Source, home: Path) -> bool:
    """Is every file of the set there? Sizes and counts are looked at, contents are not read."""
    return not any(home.glob("*.unpacking")) and not missing(source, home)


def missing(source: Source, home: Path) -> list[str]:
    """What a set lacks, in words; empty where it is complete."""
    lacks = []
    for file in source.files:
        if not file.unpacked:
            path = home / file.name
            size = path.stat().st_size if path.is_file() else None
            if size is None or size != (file.size or size):
                lacks.append(f"{file.name} ({'not there' if size is None else f'{size:,} bytes'})")
    for pattern, count in source.holds:
        found = sum(1 for _ in islice(home.glob(pattern), count))
        if found < count:
            lacks.append(f"{pattern} ({found:,} of {count:,})")
    return lacks


def gb(size: float) -> str:
    """A size in words: 0.6 MB, 85 MB, 4.6 GB."""
    return f"{size / 1e9:.1f} GB" if size >= 1e9 else f"{size / 1e6:.{0 if size >= 1e7 else 1}f} MB"


def _get(source: Source, file: File, home: Path, how: dict) -> None:
    """One file of a set: found or downloaded, checked, and unpacked if it is an archive."""
    if file.into and (home / file.into).is_dir():  # it was moved there when it was complete
        return
    path, unpacking = home / file.name, home / f"{file.name}.unpacking"
    shutil.rmtree(unpacking, ignore_errors=True)  # of a run that was killed
    by_hand = path.exists()
    if by_hand and (wrong := problem(file, path)):
        sure = (
            f"; or, if you are sure of it, unpack it into {home} yourself" if file.unpacked else ""
        )
        raise DataError(
            f"{path} is not the file that {source.name} needs: {wrong}. "
            f"Delete it and try again{sure}"
        )
    if not by_hand:
        if not file.urls:
            recipe = source.recipe.format(home=home)
            raise DataError(f"{file.name} of {source.title} is not in {home}. {recipe}")
        free, need = shutil.disk_usage(home).free, (file.size or 0) + file.unpacked
        if free < need:
            raise OSError(errno.ENOSPC, f"{gb(free)} are free, {gb(need)} are needed")
        download(file, path, **how)
    if file.unpacked:
        try:
            inner = unpack(path, unpacking, file.unpacked)
            for entry in [inner] if file.into else sorted(inner.iterdir()):
                to = home / (file.into or entry.name)
                if not to.exists():  # else moved by a run that was killed between two moves
                    entry.rename(to)
        except BadArchive as e:
            if not by_hand:
                path.unlink()
            raise DataError(f"{path} was not unpacked: {e}. Nothing of it was kept") from e
        finally:
            shutil.rmtree(unpacking, ignore_errors=True)


def _check_whole(source: Source, home: Path) -> None:
    if lacks := missing(source, home):
        raise DataError(
            f"{home} is not complete: it lacks {', '.join(lacks)}. If something of your own is in "
            "that folder, move it away and try again"
        )
    for file in source.files:  # the disk is better used for something else
        if file.unpacked and file.urls:
            (home / file.name).unlink(missing_ok=True)


def download(
    file: File,
    path: Path,
    *,
    timeout: float = 30.0,
    least: float = 1000.0,
    tries: int = 4,
    pause: float = 1.0,
) -> None:
    """Download one file from the first mirror that gives the right one.

    timeout: seconds without an answer, and the seconds over which at least `least` bytes a second
    must come. tries: at each mirror, with a wait of `pause` seconds that doubles. DataError lists
    the mirrors with their reasons.
    """
    part, reasons = path.with_name(path.name + ".part"), []
    for url in file.urls:
        for attempt in range(tries):
            try:
                _pull(file, url, part, timeout, least)
                os.replace(part, path)
                return
            except Refused as e:
                reasons.append(f"{url}: {e}")
                break
            except (OSError, http.client.HTTPException) as e:
                if isinstance(e, OSError) and e.errno in FULL:
                    part.unlink(missing_ok=True)  # give the space back
                    raise
                reason = f"{url}: {e or type(e).__name__} ({attempt + 1} tries)"
                if attempt + 1 < tries:
                    time.sleep(pause * 2**attempt)
        else:
            reasons.append(reason)
    if part.exists() and not part.stat().st_size:
        part.unlink()
    keeps = f"{gb(part.stat().st_size)} are kept to go on from. " if part.exists() else ""
    raise DataError(
        f"{file.name} could not be downloaded:\n  " + "\n  ".join(reasons) + f"\n{keeps}"
        "Try again later, or from another network; or get the file in another way (see "
        f"data/README.md), put it at {path}, and run the same command again."
    )


def _pull(file: File, url: str, part: Path, timeout: float, least: float) -> None:
    """Bring `part` up to the whole file. Refused, or any OSError or HTTPException that may pass."""
    if not file.checksum:
        part.unlink(missing_ok=True)  # what cannot be checked is not pieced together
    have = part.stat().st_size if part.exists() else 0
    resumed = have > 0
    if have != file.size:
        resumed = _stream(file, url, part, have, timeout, least)
    if wrong := problem(file, part):
        part.unlink()
        if resumed:  # the first piece may have been of another file: once more from the start
            raise OSError(f"after resuming, {wrong}")
        raise Refused(wrong)


def _stream(file: File, url: str, part: Path, have: int, timeout: float, least: float) -> bool:
    """Append what is missing to `part`; was it a continuation of what was there?"""
    request = urllib.request.Request(url, headers=AGENT)
    if have:
        request.add_header("Range", f"bytes={have}-")
    try:
        answer = urllib.request.urlopen(request, timeout=timeout)
    except urllib.error.HTTPError as e:
        if e.code == 416:  # we hold more than there is
            part.unlink(missing_ok=True)
        e.close()
        text = f"HTTP {e.code} {e.reason}"
        raise OSError(text) if e.code in LATER or e.code == 416 else Refused(text) from e
    with answer:
        begins = answer.headers.get("Content-Range", "")
        resumed = answer.status == 206 and begins.startswith(f"bytes {have}-")
        have = have if resumed else 0
        length = answer.headers.get("Content-Length")
        total = have + int(length) if length else None
        kind = answer.headers.get_content_type()
        if file.size and total not in (None, file.size):
            raise Refused(f"offers {total:,} bytes ({kind}), expected {file.size:,}")
        if kind == "text/html":
            raise Refused("sends a web page, not the file")
        with open(part, "ab" if resumed else "wb") as out:
            _copy(answer, out, have, total or file.size, file, timeout, least)
    return resumed


def _copy(answer, out, have, total, file: File, timeout: float, least: float) -> None:
    since, before = time.monotonic(), have
    style = {"unit": "B", "unit_scale": True, "leave": False, "disable": None}  # a terminal only
    with tqdm(total=total, initial=have, desc=file.name, **style) as bar:
        while have <= (file.size or have) and (piece := answer.read1(MIB)):
            out.write(piece)
            have += len(piece)
            bar.update(len(piece))
            if (waited := time.monotonic() - since) > timeout:
                if have - before < least * waited and have != total:
                    raise TimeoutError(f"too slow: {have - before:,} bytes in {waited:.0f} seconds")
                since, before = time.monotonic(), have
    if total is not None and have < total:
        raise ConnectionError(f"cut off after {have:,} of {total:,} bytes")


def problem(file: File, path: Path) -> str | None:
    """What is wrong with a file's size or checksum, in words; None where both are right."""
    size = path.stat().st_size
    if file.size and size != file.size:
        return f"it has {size:,} bytes, expected {file.size:,}"
    if file.checksum:
        kind, expected = file.checksum.split(":")
        digest = hashlib.new(kind.split("-")[0])
        with open(path, "rb") as f:
            while piece := f.read(MIB):
                digest.update(piece)
                if kind.endswith("-first-mib"):
                    break
        if not digest.hexdigest().startswith(expected):  # torchvision publishes the first 8 digits
            return f"its {kind} is {digest.hexdigest()[: len(expected)]}, expected {expected}"
    return None
