"""Locks between processes and threads, the same on Linux, macOS and Windows.

A lock is a file beside what it guards. Another process that waits for a lock holds the file open; so whoever
deletes a lock file must leave behind a state in which a second holder finds nothing left to do.

A lock counts among the processes of one host. On a folder that several hosts share, another host may not see
it: what must be right there compares `host_identity` first.
"""

import platform
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from hashlib import sha256
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

_PAUSE_S = 0.05
_BOOT = Path("/proc/sys/kernel/random/boot_id")


@cache
def host_identity() -> str:
    """Return the identity of this host since it was started: processes with the same one share locks.

    Hosts may have the same name, and containers of one host different ones, so on Linux it is that of the
    running kernel; elsewhere name and network address.
    """
    try:
        text = _BOOT.read_text()
    except OSError:
        text = f"{platform.node()} {uuid.getnode()}"
    return sha256(text.encode()).hexdigest()[:16]


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
