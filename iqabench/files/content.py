"""The check of a file's content before each use, at the price of one look at its facts on the disk.

A file that was hashed is hashed again only when its size, times, inode or device have changed. These facts
are kept in `home()/checked`, one small file for each that was hashed, so that processes never wait for
each other. A damaged note counts as none; in a home that is read-only all is kept in memory only.
"""

import contextlib
import hashlib
import json
import time
from collections.abc import Callable
from pathlib import Path

from iqabench.atomic import write_whole
from iqabench.files.disk import sha256_of
from iqabench.files.home import home

YOUNG_S = 2.0
"""Seconds for which a changed file is hashed at each use: within the resolution of a file system's clock a
second change would leave the same times."""

_Facts = list[int]
_checked: dict[tuple[str, str], _Facts] = {}
"""The facts of files when they had that content, in this process."""


def has_content(path: Path, content: str, digest: Callable[[Path], str] = sha256_of) -> bool:
    """Return whether a file has the content with that digest; False when it cannot be read.

    `digest` computes it, unless the file is as it was when it had this content before.
    """
    try:
        facts = _facts(path)
        key = (str(path.absolute()), content)
        if facts in (_checked.get(key), _read_note(key)):
            _checked[key] = facts
            return True
        same = digest(path) == content
        if same and facts == _facts(path) and _is_old(facts):
            _checked[key] = facts
            _write_note(key, facts)
    except OSError:
        return False
    return same


def forget_contents() -> None:
    """Forget what this process knows of files; the notes on the disk stay."""
    _checked.clear()


def _facts(path: Path) -> _Facts:
    """Return size, times in nanoseconds, inode and device; the second time shows a change of the first."""
    now = path.stat()
    return [now.st_size, now.st_mtime_ns, now.st_ctime_ns, now.st_ino, now.st_dev]


def _is_old(facts: _Facts) -> bool:
    return time.time() - max(facts[1], facts[2]) / 1e9 > YOUNG_S


def _note(key: tuple[str, str]) -> Path:
    name = hashlib.sha256("\0".join(key).encode("utf-8", "surrogateescape")).hexdigest()
    return home() / "checked" / name[:2] / name


def _read_note(key: tuple[str, str]) -> object:
    try:
        return json.loads(_note(key).read_bytes())
    except (OSError, ValueError, RecursionError):
        return None


def _write_note(key: tuple[str, str], facts: _Facts) -> None:
    note = _note(key)
    with contextlib.suppress(OSError):  # only slower: the file is hashed again next time
        note.parent.mkdir(parents=True, exist_ok=True)
        write_whole(note, json.dumps(facts).encode(), durable=False)
