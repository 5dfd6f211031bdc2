"""The journal of one run: records as JSON lines, safe after every image."""

import contextlib
import json
import os
import warnings
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from filelock import BaseFileLock

from iqabench.errors import DamageWarning
from iqabench.locks import remove_lock_file, try_lock, wait_for_lock
from iqabench.store.record import Record, fault_of
from iqabench.store.record_file import write_record_file


@dataclass
class JournalContent:
    """The records of a journal, and its damaged lines."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """The line and the reason of every damaged line; a last line that a crash cut off is not one."""


class Journal:
    """An append-only file of records; the process that writes it holds a lock file beside it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = wait_for_lock(_lock_of(path))
        self._file = path.open("ab")

    @classmethod
    def adopt(cls, path: Path) -> bool:
        """Turn the journal of a dead run into Parquet, and return whether it was dead.

        The journal of a living run is left alone; so is one that cannot be read or locked.
        """
        with contextlib.suppress(OSError):
            if lock := try_lock(_lock_of(path)):
                _close(path, lock)
                return True
        return False

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


def read_journal(path: Path) -> JournalContent:
    """Return the records of a journal and its damaged lines.

    Raises: OSError when it cannot be read.
    """
    content = JournalContent()
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:  # its run has just finished: the records are in the Parquet file
        return content
    for number, line in enumerate(lines[:-1], 1):
        try:
            row = json.loads(line)
            fault = fault_of(row)
        except (ValueError, RecursionError):
            fault = "it is not JSON"
        if fault:
            content.faults.append(f"line {number}: {fault}")
        else:
            content.rows.append(row)
    return content


def _to_parquet(journal: Path) -> None:
    """Write the records of a journal as Parquet; without room for that the journal stays, and is read.

    A journal with damaged lines is kept beside it, as NAME.jsonl.damaged.
    """
    content = read_journal(journal)
    with contextlib.suppress(OSError, duckdb.Error):
        if content.rows:
            write_record_file(journal.parent, journal.stem, content.rows)
        if not content.faults:
            journal.unlink(missing_ok=True)
            return
        kept = journal.with_name(f"{journal.name}.damaged")
        journal.replace(kept)
        warnings.warn(
            f"{kept} holds {len(content.faults)} damaged lines ({content.faults[0]}), which were left out; "
            f"its other {len(content.rows)} records were kept.",
            DamageWarning,
            stacklevel=2,
        )


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
