"""Unpack zip and tar archives inside one folder, and never more than was expected.

Written out because `tarfile`'s filters came with Python 3.11.4, and neither they nor `zipfile` know
a limit.
"""

import gzip
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path, PurePosixPath
from typing import IO

MEMBERS = 1_000_000  # the largest set has a third of that
CHUNK = 2**20
DAMAGE = (
    tarfile.TarError,
    zipfile.BadZipFile,
    gzip.BadGzipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
)


class BadArchive(Exception):
    """The archive is damaged, or holds what no data set has any business to hold."""


def unpack(archive: Path, target: Path, limit: int) -> Path:
    """Unpack into the new folder `target`, at most `limit` bytes; where its contents begin.

    That is `target/top` where a folder `top` holds all there is, else `target`. BadArchive where a
    member is no plain file or folder or would land outside of `target`, where there is more than
    `limit`, or where the archive is damaged; `target` is then for the caller to remove.
    """
    target.mkdir()
    total = 0
    try:
        with closing(_members(archive)) as members:
            for count, (name, declared, content) in enumerate(members):
                path = target / _inside(name)
                if count >= MEMBERS or total + declared > limit:
                    much = f"{limit:,} bytes or {MEMBERS:,} files"
                    raise BadArchive(f"at {name!r} it grows over {much}")
                if content is None:
                    path.mkdir(parents=True, exist_ok=True)
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                with content, open(path, "xb") as out:
                    while piece := content.read(CHUNK):
                        total += len(piece)
                        if total > limit:
                            raise BadArchive(f"{name!r} is longer than it says")
                        out.write(piece)
    except DAMAGE as e:
        raise BadArchive(f"it is damaged ({e})") from e
    except (FileExistsError, NotADirectoryError, IsADirectoryError, UnicodeError) as e:
        raise BadArchive(f"two of its members are in each other's way ({e})") from e
    top = list(target.iterdir())
    return top[0] if len(top) == 1 and top[0].is_dir() else target


def _members(archive: Path) -> Iterator[tuple[str, int, IO[bytes] | None]]:
    """Name, declared size and open content of each member; no content: a folder."""
    if zipfile.is_zipfile(archive):
        with zipfile.ZipFile(archive) as z:
            for info in z.infolist():
                kind = info.external_attr >> 28  # Unix file type, 0 where the zip does not tell
                if kind not in (0, 4, 8) or info.flag_bits & 1:
                    raise BadArchive(f"{info.filename!r} is a link, a device or encrypted")
                yield info.filename, info.file_size, None if info.is_dir() else z.open(info)
    else:
        with tarfile.open(archive) as t:
            for member in t:
                if not (member.isfile() or member.isdir()):
                    raise BadArchive(f"{member.name!r} is a link or a device")
                yield member.name, member.size, t.extractfile(member)
            while t.fileobj.read(CHUNK):  # gzip's checksum stands behind what tar reads
                pass


def _inside(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or "\0" in name:
        raise BadArchive(f"{name!r} would land outside of its folder")
    return path
