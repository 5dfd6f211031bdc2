"""The reader of a journal that grows: each line is read once, and looked up by its key."""

import os
from collections.abc import Collection
from pathlib import Path
from typing import BinaryIO

from iqabench.store.journal import JournalContent, read_journal


class JournalReader:
    """The reader of one journal, which another process may be writing."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._begin(0)

    def _begin(self, number: int) -> None:
        self._file = number
        """The number of the file that was read, as the system knows it."""
        self._end = 0
        """The number of bytes of whole lines that were read."""
        self._content = JournalContent()
        self._places: dict[str, list[int]] = {}
        """The places in the file of the records of each key."""

    def content(self, keys: Collection[str] | None = None) -> JournalContent:
        """Return the records of these keys, or all, and the damaged lines; none when the journal is gone."""
        try:
            if keys is None:
                return read_journal(self.path)
            with self.path.open("rb") as file:
                self._read_on(file)
                found = JournalContent(faults=self._content.faults)
                for place in sorted(place for key in keys for place in self._places.get(key, ())):
                    file.seek(place)
                    found.add(file.readline())
                return found
        except FileNotFoundError:  # its run has just finished: the records are in the Parquet file
            return JournalContent()
        except OSError as error:
            return JournalContent(faults=[f"it cannot be read: {error.strerror}"])

    def _read_on(self, file: BinaryIO) -> None:
        facts = os.fstat(file.fileno())
        if facts.st_ino != self._file or facts.st_size < self._end:
            self._begin(facts.st_ino)
        file.seek(self._end)
        for line in file:
            if not line.endswith(b"\n"):
                return
            row = self._content.add(line)
            if row is not None:
                self._places.setdefault(row["key"], []).append(self._end)
            self._content.rows.clear()
            self._end += len(line)
