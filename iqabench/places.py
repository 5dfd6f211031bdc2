"""Questions about paths that a user typed: a place that cannot be looked at is not there.

`Path.is_file` raises an error for names that are too long, and for folders that one may not enter; a word
that may be a name as well as a path must then count as a name.
"""

import os
import re
from pathlib import Path
from typing import TypeGuard

_URL = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


def is_file(path: Path) -> bool:
    """Return whether there is a file at a path; False when that cannot be found out."""
    return os.path.isfile(path)  # noqa: PTH113 - it raises nothing


def is_folder(path: Path) -> bool:
    """Return whether there is a folder at a path; False when that cannot be found out."""
    return os.path.isdir(path)  # noqa: PTH112 - it raises nothing


def is_url(word: object) -> TypeGuard[str]:
    """Return whether a word is a url, as in s3://bucket/prefix; a path never is, whatever its name."""
    return isinstance(word, str) and _URL.match(word) is not None


def expanded(text: str) -> Path:
    """Return the path of a word; `~` at its beginning is the home, and ./~draft stays as it is."""
    return Path(os.path.expanduser(text))  # noqa: PTH111 - Path forgets the ./ and raises for unknown users
