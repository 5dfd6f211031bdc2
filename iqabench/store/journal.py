"""The journal of one run: records as JSON lines, safe after every image."""

import contextlib
import json
import os
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
from filelock import BaseFileLock

from iqabench.locks import remove_lock_file, try_lock, wait_for_lock
from iqabench.store.record import FIELDS, Record
from iqabench.store.tables import write_parquet


class Journal:
    """An append-only file of records; the process that writes it holds a lock file beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = wait_for_lock(_lock_of(path))
        self._file = path.open("ab")

    @classmethod
    def adopt(cls, path: Path) -> None:
        """Turn the journal of a dead run into Parquet; the journal of a living run is left alone."""
        if lock := try_lock(_lock_of(path)):
            _close(path, lock)

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
        self._file.close()
        _close(self.path, self._lock)


def read_journal(path: Path) -> list[dict[str, Any]]:
    """Return the records of a journal; a last line that was cut off by a crash is left out."""
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:  # its run has just finished: the records are in the Parquet file
        return []
    records = []
    for line in lines[:-1]:
        with contextlib.suppress(ValueError):
            records.append(json.loads(line))
    return records


def _to_parquet(journal: Path) -> None:
    """Write the records of a journal as Parquet; without room for that the journal stays, and is read."""
    rows = read_journal(journal)
    with contextlib.suppress(OSError, duckdb.Error):
        if rows:
            write_parquet(journal.with_suffix(".parquet"), FIELDS, rows)
        journal.unlink(missing_ok=True)


def _lock_of(journal: Path) -> Path:
    return journal.with_suffix(".lock")


def _close(journal: Path, lock: BaseFileLock) -> None:
    """Turn a journal into Parquet and give its lock back; without a journal the lock file goes, too."""
    try:
        _to_parquet(journal)
    finally:
        lock.release()
    if not journal.exists():
        remove_lock_file(_lock_of(journal))


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
