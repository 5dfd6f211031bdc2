"""The check of the files of sets: present, missing or damaged."""

from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from iqabench.files.cache import verify as has_checksum
from iqabench.files.states import State, states
from iqabench.sets.catalogue import Entry, entry, find_entry, set_names
from iqabench.sets.inventory import all_items, files_of, inventory


class Row(NamedTuple):
    """One file of a set with its state."""

    set: str
    file: str
    state: State
    path: Path | None
    """The path where it lies or should lie; None when its checksum is unknown."""


def verify(name: str | None = None) -> list[Row]:
    """Return the state of every file of a set, or of all sets; the checksums of present files are computed.

    Raises: UnknownNameError with suggestions.
    """
    names = set_names() if name is None else [name]
    return [row for each in names for row in [*_package_files(each), *_cache_files(each)]]


def _entry(name: str) -> Entry:
    item, _ = find_entry(name) or (entry(name), None)
    return item


def _cache_files(name: str) -> Iterable[Row]:
    item = _entry(name)
    for each in states(files_of(name)):
        yield Row(item.facts.name, each.file.name, each.state, each.path)


def _package_files(name: str) -> Iterable[Row]:
    item = _entry(name)
    images = all_items(inventory(item, item.facts.level))
    for path, file in {image.shipped: image.file for image in images if image.shipped}.items():
        state: State = "missing" if not path.is_file() else "damaged"
        state = "ok" if has_checksum(path, file.sha256 or "") else state
        yield Row(item.facts.name, file.name, state, path)
