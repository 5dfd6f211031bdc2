"""Golden files: one for each part, JSON in gzip, the same bytes for the same content."""

import gzip
import json
from math import isfinite
from pathlib import Path
from typing import Any

from .records import Entries

FOLDER = Path(__file__).resolve().parents[1]


def path_of(part: str) -> Path:
    """Where the golden file of a part lies."""
    return FOLDER / f"{part}.json.gz"


def read_part(part: str) -> dict[str, Entries]:
    """Read the entries of each case; none when the file was not made yet."""
    path = path_of(part)
    if not path.exists():
        return {}
    found: dict[str, Entries] = json.loads(gzip.decompress(path.read_bytes()))
    return found


def write_part(part: str, cases: dict[str, Entries]) -> int:
    """Write the entries of each case; the size in bytes."""
    text = json.dumps(plain(cases), sort_keys=True, separators=(",", ":"), allow_nan=False)
    data = gzip.compress(text.encode(), 9, mtime=0)
    path_of(part).write_bytes(data)
    return len(data)


def plain(value: Any) -> Any:
    """Turn what JSON has no word for, such as infinity, into text; other numbers keep all their digits."""
    if isinstance(value, dict):
        return {str(k): plain(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    if isinstance(value, float) and not isfinite(value):
        return str(value)
    return value
