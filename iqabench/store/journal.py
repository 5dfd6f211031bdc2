"""The journal of one run: records as JSON lines, safe after every image."""

import contextlib
import fcntl
import io
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb

from iqabench.store.record import FIELDS, Record
from iqabench.store.tables import write_parquet


class Journal:
    """An append-only file of records, locked by the process that writes it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file = _open_locked(path)

    @classmethod
    def adopt(cls, path: Path) -> None:
        """Turn a dead run's journal into Parquet; a living run's is left alone."""
        try:
            file = path.open("ab")
        except FileNotFoundError:
            return
        with file:
            if _lock(file):
                _to_parquet(path)

    def append(self, records: list[Record]) -> None:
        """Write the records and wait until they are on the disk.

        Raises: OSError when that fails; a line that was cut off is taken back.
        """
        end = os.fstat(self._file.fileno()).st_size
        lines = "".join(json.dumps(asdict(r), separators=(",", ":")) + "\n" for r in records)
        try:
            _write_all(self._file.fileno(), lines.encode())
            os.fsync(self._file.fileno())
        except OSError:
            with contextlib.suppress(OSError):
                os.ftruncate(self._file.fileno(), end)
            raise

    def finish(self) -> None:
        """Turn the journal into Parquet."""
        with self._file:
            _to_parquet(self.path)


def read_journal(path: Path) -> list[dict[str, Any]]:
    """The records of a journal; a last line that was cut off by a crash is left out."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:  # its run has just finished: the records are in the Parquet file
        return []
    found = []
    for line in lines[:-1]:
        with contextlib.suppress(ValueError):
            found.append(json.loads(line))
    return found


def _to_parquet(journal: Path) -> None:
    """When there is no room for that, the journal stays as it is; it is read as well."""
    rows = read_journal(journal)
    with contextlib.suppress(OSError, duckdb.Error):
        if rows:
            write_parquet(journal.with_suffix(".parquet"), FIELDS, rows)
        journal.unlink(missing_ok=True)


def _open_locked(path: Path) -> io.BufferedWriter:
    """A new journal, locked; if another process adopted the empty file meanwhile, once more."""
    while True:
        file = path.open("ab")
        fcntl.flock(file, fcntl.LOCK_EX)
        with contextlib.suppress(FileNotFoundError):
            if path.stat().st_ino == os.fstat(file.fileno()).st_ino:
                return file
        file.close()


def _lock(file: io.BufferedWriter) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
