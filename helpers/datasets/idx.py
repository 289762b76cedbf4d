"""MNIST's file format, IDX: a magic number, sizes, bytes; gzipped or not (LeCun et al. 1998)."""

import gzip
import math
import struct
import zlib
from pathlib import Path

import numpy as np

BYTES = 8  # the third byte of the magic number: the type of the entries


def read(path: Path) -> np.ndarray:
    """An array of bytes from an IDX file; ValueError, naming the file, where it is damaged."""
    try:
        content = path.read_bytes()
        if content[:2] == b"\x1f\x8b":
            content = gzip.decompress(content)
    except (EOFError, zlib.error, gzip.BadGzipFile) as e:
        raise ValueError(f"{path} is damaged ({e}); delete it and get it again") from e
    if len(content) < 4 or content[:2] != b"\0\0" or content[2] != BYTES or not content[3]:
        found = content[:4].hex(" ")
        raise ValueError(f"{path} is no IDX file of bytes: it begins with {found}, not 00 00 08 0n")
    start = 4 + 4 * content[3]
    if len(content) < start:
        raise ValueError(f"{path} ends inside its header, after {len(content)} bytes")
    shape = struct.unpack(f">{content[3]}I", content[4:start])
    if len(content) != start + math.prod(shape):
        raise ValueError(
            f"{path} should have {math.prod(shape):,} bytes for its size {shape}, "
            f"and has {len(content) - start:,}; delete it and get it again"
        )
    return np.frombuffer(content, np.uint8, offset=start).reshape(shape)


def write(path: Path, array: np.ndarray) -> None:
    """Write an array of bytes as an IDX file, gzipped where the name ends in .gz."""
    header = bytes([0, 0, BYTES, array.ndim]) + struct.pack(f">{array.ndim}I", *array.shape)
    content = header + np.ascontiguousarray(array, np.uint8).tobytes()
    path.write_bytes(gzip.compress(content, 1, mtime=0) if path.suffix == ".gz" else content)
