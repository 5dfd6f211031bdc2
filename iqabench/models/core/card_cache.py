"""The contents of card.yaml files as JSON, below the home of iqabench: a thousand cards are listed at once.

YAML takes longer to read than all the rest of `iqabench list models`. A file counts as it was read while its
number, size and times are the same; facts are validated each time.

    HOME/cards.json    contents by path; it is written where many files were read, and may be deleted
"""

import json
from contextlib import suppress
from pathlib import Path
from typing import Any

from iqabench.atomic import write_whole
from iqabench.facts import read_yaml
from iqabench.files.home import home

_VERSION = 1
_MANY = 50
"""The number of files that had to be read from which it is worth to write them down."""


class CardCache:
    """The contents that were read before, and those that are read now."""

    def __init__(self) -> None:
        self.path = home() / "cards.json"
        self._known = _read(self.path)
        self._new: dict[str, list[Any]] = {}

    def content(self, path: Path) -> Any:
        """Return the content of a card.yaml.

        Raises: FactsError when it cannot be read.
        """
        state = _state_of(path)
        known = self._known.get(str(path))
        if state is not None and isinstance(known, list) and known[:1] == [state]:
            return known[-1]
        content = read_yaml(path)
        if state is not None and _is_plain(content):
            self._new[str(path)] = [state, content]
        return content

    def write(self) -> None:
        """Write down what was read, where that is much and the home of iqabench can be written to."""
        if len(self._new) < _MANY:
            return
        files = {**self._known, **self._new}
        with suppress(OSError):
            self.path.parent.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"version": _VERSION, "files": files}, separators=(",", ":"))
            write_whole(self.path, text.encode(), durable=False)


def _read(path: Path) -> dict[str, Any]:
    """Return the contents that are kept; none when the file is absent, damaged or of another version."""
    try:
        kept = json.loads(path.read_bytes())
        files = kept["files"] if kept["version"] == _VERSION else {}
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return {}
    return files if isinstance(files, dict) else {}


def _state_of(path: Path) -> list[int] | None:
    try:
        facts = path.stat()
    except OSError:
        return None
    return [facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns]


def _is_plain(content: Any) -> bool:
    """Return whether JSON gives the content back as it is: it has no dates, and no numbers as keys."""
    try:
        return bool(json.loads(json.dumps(content)) == content)
    except (TypeError, ValueError):
        return False
