"""A folder as its authors handed it out, and as file systems changed it since.

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
        found = sorted(files)
        self._exact = {path.name: path for path in found}
        self._folded = {path.name.lower(): path for path in found}

    def __getitem__(self, name: str) -> Path:
        """The file of that name; if there is none, where one would expect it."""
        return self._exact.get(name) or self._folded.get(name.lower()) or self._place / name


class Folder:
    """The official folder of one set."""

    def __init__(self, path: Path, facts: OpinionSet) -> None:
        self.path = path
        self.facts = facts
        self.notes: list[str] = []

    def file(self, *names: str) -> Path:
        """The first of these files that is there.

        Raises: SetError when none is.
        """
        for name in names:
            found = self._find(name)
            if found is not None and found.is_file():
                return found
        raise self._lacks(names)

    def images(self, *names: str) -> Images:
        """The files of the first of these folders that is there, and of what is in it.

        Raises: SetError when none is.
        """
        place = self.folder(*names)
        return Images(place, _files(place))

    def images_of_all(self, *prefixes: str) -> Images:
        """The files of all folders whose names begin so, and of what is in them.

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
        """The first of these folders that is there.

        Raises: SetError when none is.
        """
        for name in names:
            found = self._find(name)
            if found is not None and found.is_dir():
                return found
        raise self._lacks([f"{name}/" for name in names])

    def _find(self, name: str) -> Path | None:
        """The path of these parts, whatever their case."""
        found = self.path
        for part in name.split("/"):
            exact = found / part
            if not exact.exists():
                if not found.is_dir():
                    return None
                same = [p for p in found.iterdir() if p.name.lower() == part.lower()]
                if not same:
                    return None
                exact = min(same)
            found = exact
        return found

    def _lacks(self, names: Iterable[str]) -> SetError:
        names = list(names)
        deeper = [p for name in names for p in self.path.glob(f"*/{name.rstrip('/')}")]
        if deeper:
            said = f" There is {deeper[0]}: did you mean --from {self._deeper(deeper[0])}?"
        else:
            said = f" Get the set from {self.facts.site}."
        return SetError(f"{self.path} lacks {' or '.join(names)}.{said}\n{self.facts.layout}")

    def _deeper(self, found: Path) -> Path:
        return self.path / found.relative_to(self.path).parts[0]


def _files(place: Path) -> Iterator[Path]:
    return (p for p in place.rglob("*") if not p.name.startswith(".") and p.is_file())
