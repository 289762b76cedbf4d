"""CIFAR-10's binary format: records of a label byte and 3 x 1,024 bytes, red, green, blue, by rows.

Krizhevsky 2009; the official archive cifar-10-binary holds five batches of 10,000 records for
training and one for testing. Other numbers of records are read too: stand-ins, parts of the set.
"""

from collections.abc import Callable
from pathlib import Path

import numpy as np

RECORD = 1 + 3 * 32 * 32  # bytes
CLASSES = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]
TRAIN, TEST = [f"data_batch_{i}.bin" for i in range(1, 6)], "test_batch.bin"
OFFICIAL = 10_000  # records a file


def read(path: Path) -> tuple[np.ndarray, np.ndarray]:
    """Pictures (N, 3, 32, 32) and labels (N,) uint8; ValueError names a file that is damaged."""
    content = np.fromfile(path, np.uint8)
    if len(content) == 0 or len(content) % RECORD:
        raise ValueError(
            f"{path} has {len(content):,} bytes, no whole number of records of {RECORD:,}; "
            "delete it and get the binary version again"
        )
    records = content.reshape(-1, RECORD)
    labels, pictures = records[:, 0], records[:, 1:].reshape(-1, 3, 32, 32)
    if labels.max() >= len(CLASSES):
        where = int(labels.argmax())
        raise ValueError(
            f"{path}: record {where:,} has the label {labels[where]}, expected 0 to "
            f"{len(CLASSES) - 1}; delete it and get the binary version again"
        )
    return pictures.copy(), labels.copy()


def write(path: Path, pictures: np.ndarray, labels: np.ndarray) -> None:
    """Write pictures (N, 3, 32, 32) and labels (N,) uint8 as records."""
    flat = pictures.reshape(len(pictures), -1)
    np.concatenate([labels[:, None], flat], axis=1).astype(np.uint8).tofile(path)


def read_set(find: Callable[[str], Path]) -> tuple[list[tuple[np.ndarray, np.ndarray]], bool]:
    """[training, test] as (pictures, labels), and whether the set has the official record counts.

    `find` gives the path of a file by its name, or raises. ValueError where files do not belong
    together: training batches of different sizes.
    """
    batches = {name: read(find(name)) for name in [*TRAIN, TEST]}
    counts = {name: len(labels) for name, (_, labels) in batches.items()}
    first = counts[TRAIN[0]]
    for name in TRAIN:
        if counts[name] != first:
            raise ValueError(
                f"{find(name)} has {counts[name]:,} records and {TRAIN[0]} has {first:,}; one of "
                "them is cut off: delete both and get them again"
            )
    whole = set(counts.values()) == {OFFICIAL}
    train = tuple(np.concatenate([batches[name][i] for name in TRAIN]) for i in (0, 1))
    return [train, batches[TEST]], whole
