"""The journal of one run: records as JSON lines, safe after every image.

    RUN.jsonl   the records
    RUN.lock    the lock of its writer, which other hosts that share the folder may not see
    RUN.host    the identity of the writer's host: another host leaves the journal of a day to its writer

A journal that another host has taken over after that day, while its writer slept, goes on under another name:
what is there twice counts once.

A record is handed to the system as soon as it is appended, so that a `kill -9` costs nothing that was
appended. The disk is waited for at most every half second: the loss of power costs the image in flight, and
at most the half second of work before it. A run that takes longer for an image waits after every image.
"""

import contextlib
import errno
import json
import os
import time
import warnings
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import duckdb
from filelock import BaseFileLock

from iqabench.errors import DamageWarning
from iqabench.locks import host_identity, remove_lock_file, try_lock, wait_for_lock
from iqabench.store.record import Record, fault_of
from iqabench.store.record_file import write_record_file

_ABANDONED_S = 24 * 3600
"""The seconds without a record after which the journal of another host is taken for abandoned."""

SYNC_INTERVAL_S = 0.5
"""The most seconds of work that a loss of power may cost beside the image in flight."""

_encode = json.JSONEncoder(separators=(",", ":")).encode


@dataclass
class JournalContent:
    """The records of a journal, and its damaged lines."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)
    """The line and the reason of every damaged line; a last line that a crash cut off is not one."""
    lines: int = 0

    def add(self, line: bytes) -> dict[str, Any] | None:
        """Take the next line, and return its record; None when it is damaged."""
        self.lines += 1
        try:
            row: dict[str, Any] = json.loads(line)
            fault = fault_of(row)
        except (ValueError, RecursionError):
            fault = "it is not JSON"
        if fault:
            self.faults.append(f"line {self.lines}: {fault}")
            return None
        self.rows.append(row)
        return row


class Journal:
    """An append-only file of records; the process that writes it holds a lock file beside it."""

    def __init__(self, path: Path) -> None:
        self._begin(path)

    def _begin(self, path: Path) -> None:
        self.path = path
        self._lock = wait_for_lock(_lock_of(path))
        _host_of(path).write_text(host_identity())
        self._file = path.open("ab")
        self._synced_at = -SYNC_INTERVAL_S

    @classmethod
    def adopt(cls, path: Path, convert: Callable[[Path], None] | None = None) -> bool:
        """Turn the journal of a dead run into Parquet, and return whether it was dead.

        The journal of a living run is left alone; so is one that cannot be read or locked, and that of
        another host which was written to in the last 24 hours. `convert` does it, instead of writing the
        file beside the journal; it deletes the journal when it has succeeded.
        """
        with contextlib.suppress(OSError):
            if _may_live_elsewhere(path):
                return False
            if lock := try_lock(_lock_of(path)):
                _close(path, lock, convert or _to_parquet)
                return True
        return False

    def attach(self, files: Sequence[Path]) -> None:
        """Take files that belong to the next records: they lie in the folder of the store already."""

    def append(self, records: list[Record]) -> None:
        """Write the records; wait until they are on the disk, unless that was done within half a second.

        Raises: OSError when that fails; a line that was cut off is taken back.
        """
        lines = lines_of(records)
        if self._write(lines):
            return
        self._file.close()
        self._lock.release()
        self._begin(self.path.with_name(f"{self.path.stem}+{os.urandom(2).hex()}.jsonl"))
        self._write(lines)

    def _write(self, lines: bytes) -> bool:
        """Write lines, to the disk when it is time; return False when another host has deleted the file."""
        handle = self._file.fileno()
        try:
            end = os.fstat(handle).st_size
            try:
                _write_all(handle, lines)
                if time.monotonic() - self._synced_at >= SYNC_INTERVAL_S:
                    os.fsync(handle)
                    self._synced_at = time.monotonic()
            except OSError:
                with contextlib.suppress(OSError):
                    os.ftruncate(handle, end)
                    os.fsync(handle)
                raise
            return os.fstat(handle).st_nlink > 0
        except OSError as error:
            if error.errno == errno.ESTALE:
                return False
            raise

    def finish(self, convert: Callable[[Path], None] | None = None) -> None:
        """Turn the journal into Parquet; `convert` does it instead, and deletes the journal."""
        self._file.close()
        _close(self.path, self._lock, convert or _to_parquet)


def lines_of(records: Iterable[Record]) -> bytes:
    """Return records as lines of a journal."""
    return "".join(_encode(vars(record)) + "\n" for record in records).encode()


def read_journal(path: Path) -> JournalContent:
    """Return the records of a journal and its damaged lines.

    Raises: OSError when it cannot be read.
    """
    content = JournalContent()
    try:
        lines = path.read_bytes().split(b"\n")
    except FileNotFoundError:  # its run has just finished: the records are in the Parquet file
        return content
    for line in lines[:-1]:
        content.add(line)
    return content


def retire_journal(journal: Path, content: JournalContent) -> None:
    """Delete a journal whose records are stored; one with damaged lines is kept as NAME.jsonl.damaged.

    Raises: OSError when that fails.
    """
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


def _to_parquet(journal: Path) -> None:
    """Write the records of a journal as Parquet; without room for that the journal stays, and is read."""
    content = read_journal(journal)
    with contextlib.suppress(OSError, duckdb.Error):
        if content.rows:
            write_record_file(journal.parent, journal.stem, content.rows)
        retire_journal(journal, content)


def _lock_of(journal: Path) -> Path:
    return journal.with_suffix(".lock")


def _host_of(journal: Path) -> Path:
    return journal.with_suffix(".host")


def _may_live_elsewhere(journal: Path) -> bool:
    """Return whether a writer on another host may go on with this journal.

    Raises: OSError when its age cannot be found out.
    """
    try:
        host = _host_of(journal).read_text()
    except FileNotFoundError:  # it was copied here by itself, or written by version 0.1
        return False
    return host != host_identity() and time.time() - journal.stat().st_mtime < _ABANDONED_S


def _close(journal: Path, lock: BaseFileLock, convert: Callable[[Path], None]) -> None:
    """Turn a journal into Parquet and give its lock back; without a journal the files beside it go, too."""
    try:
        convert(journal)
    finally:
        lock.release()
        if not journal.exists():
            remove_lock_file(_lock_of(journal))
            remove_lock_file(_host_of(journal))


def _write_all(handle: int, data: bytes) -> None:
    while data:
        data = data[os.write(handle, data) :]
