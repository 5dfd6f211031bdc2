"""The writer of records, which survive a crash as soon as they are added."""

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Protocol

from iqabench.errors import StoreError
from iqabench.store.record import Record


class RunJournal(Protocol):
    """The journal of one run, of which a store has its own kind."""

    path: Path

    def attach(self, files: Sequence[Path]) -> None:
        """Take files that belong to the records which are appended next."""

    def append(self, records: list[Record]) -> None:
        """Write the records; when this returns they survive a crash of the process."""

    def finish(self) -> None:
        """Close the journal: what it holds becomes one file of records."""


class Writer:
    """The writer of the records of one run: a context manager that closes the journal at the end.

    A run that has nothing to write leaves the store as it is, which may be read-only.
    """

    def __init__(self, open_journal: Callable[[], RunJournal], run: str) -> None:
        self._open_journal = open_journal
        self._journal: RunJournal | None = None
        self.run = run
        self.count = 0

    def open(self) -> RunJournal:
        """Return the journal, which is begun unless it is there; call it before long work, to fail early.

        Raises: StoreError when the store cannot be written to.
        """
        if self._journal is None:
            self._journal = self._open_journal()
        return self._journal

    def add(self, records: list[Record], files: Sequence[Path] = ()) -> None:
        """Keep these records; when this returns they survive a crash.

        `files` are those below the store's folder that belong to the records, as crops do. They are written
        already; a store that lies elsewhere gets them before it gets the records.

        Raises: StoreError when the disk is full; what was added before is safe.
        """
        journal = self.open()
        journal.attach(files)
        try:
            journal.append(records)
        except OSError as error:
            raise StoreError(
                f"the store cannot be written: {error.strerror} ({journal.path}). "
                f"{self.count} records of this run are safe; make room and run the same command again: "
                "it goes on where it stopped."
            ) from error
        self.count += len(records)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        if self._journal is not None:
            self._journal.finish()
