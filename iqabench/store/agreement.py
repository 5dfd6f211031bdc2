"""The agreement of metrics with people, as `iqabench agree` computed it, beside the records.

STORE/opinions/KEY.json   the rows of one column on one set of opinions; KEY is the key of its records

What people said of images stays in the folder of their authors: only correlations and errors are written.
"""

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from iqabench.atomic import write_whole
from iqabench.errors import StoreError

VERSION = 1
_FOLDER = "opinions"

AgreementRows = list[dict[str, Any]]
"""Rows as `iqabench agree --json` prints them: one for each statistic and fit."""


def write_agreement(folder: Path, key: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write the rows of the column with this key to the store in `folder`, and return their file.

    A row replaces the row of the same statistic and fit, unless it has the same value over the same images
    and fewer resamples.

    Raises: StoreError when the file cannot be written.
    """
    path = folder / _FOLDER / f"{key}.json"
    found = {_place(row): row for row in (_read(path) if path.is_file() else [])}
    for row in rows:
        old = found.get(_place(row))
        if old is None or not _is_poorer(row, old):
            found[_place(row)] = dict(row)
    text = json.dumps({"version": VERSION, "rows": [*found.values()]}, indent=1)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        write_whole(path, f"{text}\n".encode())
    except OSError as error:
        raise StoreError(
            f"the agreement {path} cannot be written: {error.strerror or error}. Make room, or name another "
            "store with --store."
        ) from error
    return path


def read_agreement(folder: Path) -> dict[str, AgreementRows]:
    """Return the rows of every column that the store in `folder` has, by the keys of their records.

    Raises: StoreError when a file is damaged, or written by a newer iqabench.
    """
    return {path.stem: _read(path) for path in sorted((folder / _FOLDER).glob("*.json"))}


def _place(row: Mapping[str, Any]) -> tuple[str, str]:
    return str(row["statistic"]), str(row["fit"])


def _is_poorer(row: Mapping[str, Any], old: Mapping[str, Any]) -> bool:
    same = all(row.get(name) == old.get(name) for name in ("value", "n", "failed"))
    return same and int(row.get("resamples", 0)) < int(old.get("resamples", 0))


def _read(path: Path) -> AgreementRows:
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
        version, rows = int(found["version"]), found["rows"]
        if not all(isinstance(row, dict) and {"statistic", "fit"} <= row.keys() for row in rows):
            raise TypeError("a row lacks its statistic or its fit")
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise StoreError(
            f"the agreement {path} cannot be read ({error}). Delete it and run 'iqabench agree' again."
        ) from error
    if version > VERSION:
        raise StoreError(
            f"the agreement {path} has version {version}; this iqabench reads up to {VERSION}. Install a "
            "newer iqabench."
        )
    return list(rows)
