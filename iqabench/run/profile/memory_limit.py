"""Out of memory as an error, not as the end of the process."""

import contextlib
import resource
from collections.abc import Iterator
from pathlib import Path

import psutil

_KEPT = 0.05
"""Share of what is free that stays free for everybody else."""


@contextlib.contextmanager
def within_memory() -> Iterator[None]:
    """Lets this process take what is free now and no more: an allocation beyond that fails.

    Without it Linux grants what it does not have, and kills the process when it is used.
    """
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
    """Bytes that are free on the machine, or in the container where that has less."""
    free = int(psutil.virtual_memory().available)
    group = Path("/sys/fs/cgroup")
    try:
        limit = (group / "memory.max").read_text().strip()
        used = int((group / "memory.current").read_text())
    except (OSError, ValueError):
        return free
    return min(free, int(limit) - used) if limit.isdigit() else free
