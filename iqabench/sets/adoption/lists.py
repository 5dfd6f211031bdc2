"""Lists of samples that come with a set: texts with paths on each line, and arrays of paths."""

from pathlib import Path

import numpy as np

from iqabench.errors import FetchError

Rows = list[tuple[str, ...]]
"""The paths of each sample, one for each role."""


def read_lists(paths: list[Path], columns: int) -> Rows:
    """Return the rows of lists whose columns stand side by side.

    Raises: FetchError when a list cannot be read, when lists differ in length, and when a line has another
        number of paths than `columns` in all.
    """
    is_one_each = columns == len(paths)
    read = [_read(path, one_column=is_one_each) for path in paths]
    if len({len(rows) for rows in read}) > 1:
        lengths = ", ".join(f"{p.name} {len(r)}" for p, r in zip(paths, read, strict=True))
        raise FetchError(
            f"the lists of the set differ in length ({lengths} lines); expected as many lines in each, "
            "because line by line they name the files of one sample."
        )
    joined = [tuple(path for row in rows for path in row) for rows in zip(*read, strict=True)]
    for number, row in enumerate(joined, 1):
        if len(row) != columns:
            raise FetchError(
                f"{' and '.join(str(path) for path in paths)}: line {number} has {len(row)} "
                f"path{'s'[: len(row) != 1]}, expected {columns}."
            )
    return joined


def _read(path: Path, *, one_column: bool) -> Rows:
    try:
        if path.suffix == ".npy":
            names = np.load(path, allow_pickle=False)
            return [(str(name).replace("\\", "/"),) for name in np.ravel(names)]
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, ValueError, EOFError) as error:
        raise FetchError(f"{path} cannot be read as a list of paths: {error}.") from error
    lines = [line.strip().replace("\\", "/") for line in text.splitlines() if line.strip()]
    return [(line,) if one_column else tuple(line.split()) for line in lines]
