"""Locks between processes and threads, the same on Linux, macOS and Windows.

A lock is a file beside what it guards. Another process that waits for a lock holds the file open; so whoever
deletes a lock file must leave behind a state in which a second holder finds nothing left to do.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

_PAUSE_S = 0.05


def try_lock(path: Path) -> BaseFileLock | None:
    """Acquire the lock file `path`; return None while somebody else holds it.

    The lock ends with `release()`, or with the process.

    Raises: OSError when the file cannot be written.
    """
    lock = FileLock(path, thread_local=False)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return None
    return lock


def wait_for_lock(path: Path, check: Callable[[], None] = lambda: None) -> BaseFileLock:
    """Acquire the lock file `path` as soon as it is free.

    `check` is called while waiting; it may raise to give up.

    Raises: OSError when the file cannot be written.
    """
    while True:
        check()
        if lock := try_lock(path):
            return lock
        time.sleep(_PAUSE_S)


@contextmanager
def locked(
    path: Path, check: Callable[[], None] = lambda: None, *, once: bool = False
) -> Iterator[None]:
    """Hold the lock file `path` in a block; its folder is made where it is missing.

    `check` is called while waiting; it may raise to give up. With `once` the block is work that needs doing
    once: when it succeeds the lock file is deleted, and whoever waited for it finds the work done.

    Raises: OSError when the file cannot be written.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lock = wait_for_lock(path, check)
    try:
        yield
    finally:
        lock.release()
    if once:
        remove_lock_file(path)


def remove_lock_file(path: Path) -> None:
    """Delete a lock file that guards nothing any more; Windows keeps it while somebody has it open."""
    with suppress(OSError):
        path.unlink(missing_ok=True)
