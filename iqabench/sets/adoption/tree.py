"""The files below a folder, found by the whole path in upper or lower case."""

import os
from collections.abc import Iterator
from pathlib import Path

from iqabench.errors import FetchError


class Tree:
    """All files below a folder, hidden ones left out; links to folders are followed once."""

    def __init__(self, folder: Path) -> None:
        """Raises: FetchError when there is no such folder."""
        if not folder.is_dir():
            what = "is a file" if folder.is_file() else "does not exist"
            raise FetchError(f"{folder} {what}; expected a folder to look for files in.")
        self.folder = folder if folder.is_absolute() else Path.cwd() / folder
        self.paths = sorted(path.as_posix() for path in _walk(self.folder))
        self._by_name = {path.casefold(): path for path in self.paths}

    def find(self, path: str) -> Path | None:
        """Return the file with a path in upper or lower case; None without one."""
        found = self._by_name.get(path.casefold())
        return Path(found) if found else None

    def named(self, name: str) -> list[Path]:
        """Return the files with a name, or with the end of a path, those nearest to the folder first."""
        end = f"/{name.casefold()}"
        found = [path for key, path in self._by_name.items() if key.endswith(end)]
        return [Path(path) for path in sorted(found, key=lambda path: (path.count("/"), path))]

    def within(self, path: str) -> str:
        """Return a path as messages show it: from the folder on."""
        return os.path.relpath(path, self.folder).replace(os.sep, "/")


def _walk(folder: Path) -> Iterator[Path]:
    seen: set[str] = set()
    for base, folders, names in os.walk(folder, followlinks=True):
        seen.add(os.path.realpath(base))
        folders[:] = [
            name
            for name in folders
            if not name.startswith((".", "__MACOSX"))
            and os.path.realpath(f"{base}/{name}") not in seen
        ]
        yield from (Path(base) / name for name in names if not name.startswith("."))
