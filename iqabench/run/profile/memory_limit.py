"""A memory limit that makes running out of memory an error instead of the end of the process."""

import contextlib
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil

if sys.platform != "win32":
    import resource

_KEPT = 0.05
"""The share of the free memory that stays free for other processes."""


@contextlib.contextmanager
def within_memory() -> Iterator[None]:
    """Limit this process to the memory that is free now, so that an allocation beyond it fails.

    Linux grants memory that it does not have, and kills the process that uses it. Windows never grants it, so
    nothing is limited there.
    """
    if sys.platform == "win32":
        yield
        return
    before = resource.getrlimit(resource.RLIMIT_AS)
    limit = psutil.Process().memory_info().vms + int(_available() * (1 - _KEPT))
    if before[1] != resource.RLIM_INFINITY:
        limit = min(limit, before[1])
    with contextlib.suppress(ValueError, OSError):  # a system that knows no such limit
        resource.setrlimit(resource.RLIMIT_AS, (limit, before[1]))
    try:
        yield
    finally:
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(resource.RLIMIT_AS, before)


def _available() -> int:
    """Return the bytes that are free on the machine, or in the container where that has less."""
    free = int(psutil.virtual_memory().available)
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text().strip()
        used = int((group / "memory.current").read_text())
    except (OSError, ValueError):
        return free
    return min(free, int(limit) - used) if limit.isdigit() else free
