"""Whether the files of the sets are here, and whole."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from iqabench.files.cache import verify as is_whole
from iqabench.files.states import State, states
from iqabench.sets.catalogue import entry, known_as, set_names
from iqabench.sets.inventory import files_of, inventory, needed


class Row(NamedTuple):
    """One file of a set, and how it is."""

    set: str
    file: str
    state: State
    path: Path | None
    """Where it lies or should lie; None as long as its checksum is unknown."""


def verify(name: str | None = None) -> list[Row]:
    """The state of every file of a set, or of all sets; files that are here are hashed again.

    Raises: UnknownNameError with suggestions.
    """
    names = set_names() if name is None else [name]
    return [row for each in names for row in [*_shipped(each), *_fetched(each)]]


def _fetched(name: str) -> Iterable[Row]:
    found, _ = known_as(name) or (entry(name), None)
    for each in states(files_of(name)):
        yield Row(found.facts.name, each.file.name, each.state, each.path)


def _shipped(name: str) -> Iterable[Row]:
    found, _ = known_as(name) or (entry(name), None)
    items = needed(inventory(found, found.facts.level))
    for path, file in {item.shipped: item.file for item in items if item.shipped}.items():
        state: State = "missing" if not path.is_file() else "damaged"
        state = "ok" if is_whole(path, file.sha256 or "") else state
        yield Row(found.facts.name, file.name, state, path)
