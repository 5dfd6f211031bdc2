"""The index of the records' folder: which files are sound, and which of them hold which keys.

A sweep asks for the records of one cell after the other. Each file is looked at once, and of each journal
only the lines that were added since; a cell then reads its own files, so that the time of a sweep does not
grow with the product of its cells and the files of the store.
"""

import contextlib
import os
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import duckdb

from iqabench.errors import DamageWarning, StoreError
from iqabench.store.journal import JournalContent
from iqabench.store.journal_reader import JournalReader
from iqabench.store.record_file import faults_of_files, keys_of_files
from iqabench.store.tables import connect

T = TypeVar("T")

_TRIES = 5
"""The number of times that records are looked for where files are replaced meanwhile."""

_State = tuple[int, int, int]
"""Number, size and time of a file: what changes when its content does."""


@dataclass(frozen=True)
class Found:
    """The places of records."""

    files: list[Path]
    rows: list[dict[str, Any]]
    """The records in journals."""


class RecordIndex:
    """The index of one folder, which may be absent."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._looked_at: dict[str, tuple[_State, bool]] = {}
        """The names of the files that were looked at, their states then, and whether they were sound."""
        self._with_keys: dict[str, _State] = {}
        """The names of the files whose keys are in `_names_of`, and their states then."""
        self._names_of: dict[str, set[str]] = {}
        """The names of the files that hold records of a key."""
        self._journals: dict[Path, JournalReader] = {}

    def all(self) -> Found:
        """Return all sound files and all records in journals; warn of damage.

        Raises: StoreError when the folder cannot be read.
        """
        # Journals first: one that becomes Parquet meanwhile is then read twice, not missed.
        rows = [
            row for reader in self._readers() for row in _checked(reader.path, reader.content())
        ]
        return Found([self.folder / name for name in self._sound_names()], rows)

    def of(self, keys: Iterable[str]) -> Found:
        """Return the sound files that hold any of these keys, and the records of these keys in journals.

        Raises: StoreError when the folder cannot be read.
        """
        wanted = set(keys)
        rows = [
            row
            for reader in self._readers()
            for row in _checked(reader.path, reader.content(wanted))
        ]
        sound = self._sound_names()
        self._read_keys(sound)
        names = {name for key in wanted for name in self._names_of.get(key, ())}
        return Found([self.folder / name for name in sound if name in names], rows)

    def steadily(self, read: Callable[[], T]) -> T:
        """Return what `read` returns; try again where a file was replaced while it was read.

        Raises: duckdb.Error when files cannot be read again and again.
        """
        for _ in range(_TRIES - 1):
            with contextlib.suppress(duckdb.IOException):
                return read()
        return read()

    def files(self, suffix: str) -> list[Path]:
        """Return the files of the folder with this suffix, by name.

        Raises: StoreError when the folder cannot be read.
        """
        return [self.folder / name for name in self._names(suffix)]

    def _names(self, suffix: str) -> list[str]:
        try:
            with os.scandir(self.folder) as entries:
                names = sorted(e.name for e in entries if e.name.endswith(suffix))
        except FileNotFoundError:
            return []
        except OSError as error:
            raise StoreError(
                f"the records in {self.folder} cannot be read: {error.strerror}. Make the folder readable, "
                "or name another store with --store."
            ) from error
        return [name for name in names if not name.startswith(".")]

    def _readers(self) -> list[JournalReader]:
        known = self._journals
        self._journals = {
            path: known.get(path) or JournalReader(path) for path in self.files(".jsonl")
        }
        return list(self._journals.values())

    def _sound_names(self) -> list[str]:
        folder = str(self.folder)
        states = {name: _state_of(f"{folder}/{name}") for name in self._names(".parquet")}
        known = self._looked_at
        self._looked_at = {
            name: known[name]
            for name, state in states.items()
            if name in known and known[name][0] == state
        }
        new = [self.folder / name for name in states if name not in self._looked_at]
        if new:
            with connect() as connection:
                faults = faults_of_files(connection, new)
            self._looked_at |= {path.name: (states[path.name], path not in faults) for path in new}
            for path, fault in faults.items():
                _warn_left_out(
                    path,
                    fault,
                    "Restore it from a copy, or delete it and run the same commands again.",
                )
        return [name for name in states if self._looked_at[name][1]]

    def _read_keys(self, sound: Sequence[str]) -> None:
        states = {name: self._looked_at[name][0] for name in sound}
        new = [name for name, state in states.items() if self._with_keys.get(name) != state]
        if not new:
            return
        with connect() as connection:
            for path, key in keys_of_files(connection, [self.folder / name for name in new]):
                self._names_of.setdefault(key, set()).add(path.rpartition("/")[2])
        self._with_keys = states


def _state_of(path: str) -> _State:
    """Return the state of a file; nothing when it cannot be had."""
    try:
        facts = os.stat(path)  # noqa: PTH116 - a Path for each of thousands of files costs more than the look
    except OSError:
        return (0, 0, 0)
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _checked(path: Path, content: JournalContent) -> list[dict[str, Any]]:
    """Return the sound records of a journal; warn of damage."""
    if content.faults:
        more = f" and {len(content.faults) - 1} more" if len(content.faults) > 1 else ""
        _warn_left_out(path, f"{content.faults[0]}{more}", "Its other records count.")
    return content.rows


def _warn_left_out(path: Path, fault: str, advice: str) -> None:
    warnings.warn(
        f"{path} is damaged or unreadable and was left out: {fault}. {advice}",
        DamageWarning,
        stacklevel=2,
    )
