"""Manifests: lists of the files of a set with their checksums."""

import csv
import io
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from iqabench.errors import FactsError
from iqabench.facts import Facts
from iqabench.tasks import role_names

_COLUMNS = ["level", "role", "sample", "path", "bytes", "sha256"]
_CLIP_COLUMNS = ["level", "role", "sample", "frame", "path", "bytes", "sha256"]


class Line(Facts):
    """One file of a set."""

    level: str
    """The level that the file belongs to; empty when it belongs to all levels."""
    role: str
    sample: str
    frame: int = 0
    """The position in the clip, from 0; an image is a clip of one frame."""
    path: str
    bytes: int
    sha256: str


@cache
def read_manifest(path: Path) -> tuple[Line, ...]:
    """Return the lines of a manifest.

    Raises: FactsError with file and line.
    """
    return parse_manifest(path)


def parse_manifest(path: Path) -> tuple[Line, ...]:
    """Return the lines of a manifest that may change between two calls.

    Raises: FactsError with file and line.
    """
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file)
            if reader.fieldnames not in (_COLUMNS, _CLIP_COLUMNS):
                raise FactsError(
                    f"{path}:1: expected the columns {','.join(_COLUMNS)}; manifests of clips have a column "
                    "frame before path."
                )
            roles = frozenset(role_names())
            lines = tuple(_line(row, roles, path, reader.line_num) for row in reader)
    except OSError as error:
        raise FactsError(f"{path}: cannot be read: {error.strerror}.") from error
    seen: set[tuple[str, str, str, int]] = set()
    for line in lines:
        if (key := (line.level, line.role, line.sample, line.frame)) in seen:
            raise FactsError(
                f"{path}: the {line.role} of '{line.sample}' {line.level} is listed twice."
            )
        seen.add(key)
    return lines


def manifest_text(lines: Iterable[Line]) -> str:
    """Return the text of a manifest of images."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows([getattr(line, column) for column in _COLUMNS] for line in lines)
    return text.getvalue()


def _line(row: dict[str, str], roles: frozenset[str], path: Path, number: int) -> Line:
    role, size, sha256 = row["role"], row["bytes"], row["sha256"]
    if role not in roles or not size.isdigit() or len(sha256) != 64:
        raise FactsError(
            f"{path}:{number}: expected a role ({', '.join(role_names())}), a size in bytes "
            f"and a sha256 of 64 digits, not '{role}', '{size}', '{sha256}'."
        )
    return Line.model_validate(row)
