"""The folder of a set, as its authors hand it out and as file systems change it.

Sets were made on Windows, where I25.BMP and i25.bmp are one file; so names are compared without their case
where the exact name is not there.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path

from iqabench.errors import SetError
from iqabench.opinions.core.opinion import OpinionSet


class Images:
    """The files of one or several folders by name."""

    def __init__(self, place: Path, files: Iterable[Path]) -> None:
        self._place = place
        paths = sorted(files)
        self._exact = {path.name: path for path in paths}
        self._folded = {path.name.lower(): path for path in paths}

    def __getitem__(self, name: str) -> Path:
        """Return the file of that name, or the place where it is expected."""
        return self._exact.get(name) or self._folded.get(name.lower()) or self._place / name


class Folder:
    """The official folder of one set."""

    def __init__(self, path: Path, facts: OpinionSet) -> None:
        self.path = path
        self.facts = facts
        self.notes: list[str] = []

    def file(self, *names: str) -> Path:
        """Return the first of these files that exists.

        Raises: SetError when none does.
        """
        for name in names:
            path = self._find(name)
            if path is not None and path.is_file():
                return path
        raise self._lacks(names)

    def images(self, *names: str) -> Images:
        """Return the files at any depth of the first of these folders that exists.

        Raises: SetError when none does.
        """
        place = self.folder(*names)
        return Images(place, _files(place))

    def images_of_all(self, *prefixes: str) -> Images:
        """Return the files at any depth of all folders whose names begin with one of the prefixes.

        Raises: SetError when there is none.
        """
        begins = tuple(p.lower() for p in prefixes)
        places = [
            p for p in self.path.iterdir() if p.is_dir() and p.name.lower().startswith(begins)
        ]
        if not places:
            raise self._lacks([f"{prefix}*/" for prefix in prefixes])
        return Images(min(places), (file for place in places for file in _files(place)))

    def folder(self, *names: str) -> Path:
        """Return the first of these folders that exists.

        Raises: SetError when none does.
        """
        for name in names:
            path = self._find(name)
            if path is not None and path.is_dir():
                return path
        raise self._lacks([f"{name}/" for name in names])

    def _find(self, name: str) -> Path | None:
        """Return the path of that name in any case, or None."""
        path = self.path
        for part in name.split("/"):
            exact = path / part
            if not exact.exists():
                if not path.is_dir():
                    return None
                same = [p for p in path.iterdir() if p.name.lower() == part.lower()]
                if not same:
                    return None
                exact = min(same)
            path = exact
        return path

    def _lacks(self, names: Iterable[str]) -> SetError:
        names = list(names)
        deeper = [p for name in names for p in self.path.glob(f"*/{name.rstrip('/')}")]
        if deeper:
            hint = f" There is {deeper[0]}: did you mean --from {self._deeper(deeper[0])}?"
        else:
            hint = f" Get the set from {self.facts.site}."
        return SetError(f"{self.path} lacks {' or '.join(names)}.{hint}\n{self.facts.layout}")

    def _deeper(self, path: Path) -> Path:
        return self.path / path.relative_to(self.path).parts[0]


def _files(place: Path) -> Iterator[Path]:
    return (p for p in place.rglob("*") if not p.name.startswith(".") and p.is_file())
