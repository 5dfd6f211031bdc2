"""One measurement at a time on a device: two at once would slow each other, and neither would notice."""

import json
import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

import torch
from filelock import FileLock, Timeout

from iqabench.errors import BusyError
from iqabench.files.disk import writing
from iqabench.files.home import home

_FOREVER, _AT_ONCE = -1, 0


@contextmanager
def hold_device(device: torch.device | str, *, wait: bool = False) -> Iterator[None]:
    """Hold the device against other processes that share this cache folder; with `wait`, once it is free.

    The operating system holds the lock for as long as this process lives, so a killed process leaves none.
    Who holds it stands in a second file, since a locked file cannot be read on Windows.

    Raises: BusyError when another process, or another part of this one, holds the device; FetchError when
        the cache folder cannot be written.
    """
    path = home() / "measuring" / f"{device_identity(torch.device(device))}.lock"
    lock = FileLock(path, timeout=_FOREVER if wait else _AT_ONCE)
    with writing("the lock of the device"):
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            lock.acquire()
        except Timeout as error:
            raise BusyError(_busy_message(path, str(device))) from error
    try:
        with writing("the lock of the device"):
            write_holder(path)
        yield
    finally:
        with suppress(OSError):
            holder_file(path).unlink(missing_ok=True)
        lock.release()


def device_identity(device: torch.device) -> str:
    """Return a name of the physical device: CUDA_VISIBLE_DEVICES may give one GPU several numbers."""
    if device.type == "cuda":
        return f"gpu-{torch.cuda.get_device_properties(device).uuid}"
    return f"cpu-{re.sub(r'[^A-Za-z0-9.-]', '_', platform.node())}"


def holder_file(lock_file: Path) -> Path:
    """Return the file beside a lock that says which process holds it."""
    return lock_file.with_suffix(".json")


def write_holder(lock_file: Path) -> None:
    """Write down that this process holds the lock, and since when."""
    since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    holder_file(lock_file).write_text(json.dumps({"process": os.getpid(), "since": since}))


def _busy_message(lock_file: Path, device: str) -> str:
    try:
        fields = json.loads(holder_file(lock_file).read_text())
        holder = f"by process {fields['process']} since {fields['since']}"
    except (OSError, ValueError, KeyError, TypeError):  # it has the lock and has not yet written
        holder = "by another process"
    return (
        f"The device {device} is being measured {holder}; two measurements at once would slow each other. "
        "Try again when it is done, or add --wait."
    )
