"""Atomic writes: a file is there complete, or not at all.

A file is written under the name of its part, `.NAME.HOST-PID-THREAD.part`, and then renamed. A process that
is killed leaves its part behind; `remove_dead_parts` deletes the parts of processes that have ended, and so
does the first write of a process into a folder.
"""

import contextlib
import os
import platform
import re
import shutil
import threading
import time
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import psutil

from iqabench.locks import host_identity

_PART = re.compile(r"^\..*\.(?:(?P<host>[0-9a-f]{6})-)?(?P<process>\d+)(?:-\d+)?\.part$", re.DOTALL)
_NAME_BYTES = 180
"""The bytes of a file's own name that its part keeps: most file systems allow 255 in all."""
_ABANDONED_S = 24 * 3600
"""The age after which a part of an unknown host is taken for abandoned, in seconds."""

_SKEW_S = 5.0
"""The seconds by which the clocks of the disk and of processes may differ."""
_swept: set[Path] = set()
"""The folders whose dead parts this process has deleted."""


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file beside `path`, then rename it; with `durable` the bytes reach the disk before the name.

    Raises: OSError when it cannot be written; a file that was there before is unharmed then.
    """
    with replacing(path, durable=durable) as part:
        part.write_bytes(data)


@contextlib.contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a path beside `path` to write to, which takes its place when the block succeeds."""
    part = part_of(path)
    try:
        yield part
        if durable:
            with part.open("rb+") as file:  # Windows flushes only files that are open for writing
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise


def part_of(path: Path) -> Path:
    """Return the path beside `path` under which this thread writes a file or folder before its renaming."""
    if path.parent not in _swept:
        _swept.add(path.parent)
        remove_dead_parts(path.parent)
    name = os.fsdecode(os.fsencode(path.name)[:_NAME_BYTES])
    return path.with_name(f".{name}.{_host()}-{os.getpid()}-{threading.get_ident()}.part")


def remove_dead_parts(folder: Path, *, recursive: bool = False) -> int:
    """Delete the parts in a folder whose processes have ended; return their number.

    Parts of other hosts, which may share the folder, go when they are a day old. Parts that cannot be deleted
    stay.
    """
    count = sum(_delete(part) for part in dead_parts(folder))
    if recursive:
        with contextlib.suppress(OSError), os.scandir(folder) as entries:
            below = [Path(e.path) for e in entries if e.is_dir(follow_symlinks=False)]
            count += sum(remove_dead_parts(each, recursive=True) for each in below)
    return count


def dead_parts(folder: Path) -> list[Path]:
    """Return the parts in a folder whose processes have ended; none when it cannot be read."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        return [Path(entry.path) for entry in entries if _is_dead(entry)]
    return []


def _is_dead(entry: os.DirEntry[str]) -> bool:
    match = _PART.match(entry.name)
    if match is None:
        return False
    try:
        changed = entry.stat(follow_symlinks=False).st_mtime
        if match["host"] != _host():
            return time.time() - changed > _ABANDONED_S
        # In a container another process may have the same number after a restart.
        return psutil.Process(int(match["process"])).create_time() > changed + _SKEW_S
    except psutil.NoSuchProcess:
        return True
    except (OSError, psutil.Error):
        return False


def _delete(part: Path) -> bool:
    try:
        if part.is_dir() and not part.is_symlink():
            shutil.rmtree(part)
        else:
            part.unlink()
    except OSError:
        return False
    return True


def _host() -> str:
    """Return the mark of a host, its name and kernel: hosts may share names, and containers kernels."""
    return sha256(f"{platform.node()} {host_identity()}".encode()).hexdigest()[:6]
