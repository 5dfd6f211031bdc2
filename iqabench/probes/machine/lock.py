"""One measurement at a time on a device: two would slow each other and neither would know."""

import fcntl
import json
import os
import platform
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import BinaryIO

import torch

from iqabench.errors import BusyError
from iqabench.files.disk import writing
from iqabench.files.home import home


@contextmanager
def measuring(device: torch.device | str, *, wait: bool = False) -> Iterator[None]:
    """Hold the device against other processes that share this cache folder; `wait`: until it is free.

    It is the kernel that holds the lock, for as long as this process lives: one that is killed leaves none.
    The file stays, since a file that is taken away and made anew could be held twice.

    Raises: BusyError when another process, or another part of this one, holds it; FetchError when the cache
        folder cannot be written.
    """
    path = home() / "measuring" / f"{identity(torch.device(device))}.lock"
    with writing("the lock of the device"):
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("a+b")
    with file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError as error:
            raise BusyError(_who(file, str(device))) from error
        with writing("the lock of the device"):
            _sign(file)
        yield


def identity(device: torch.device) -> str:
    """Of the device itself: CUDA_VISIBLE_DEVICES may give one GPU several numbers."""
    if device.type == "cuda":
        return f"gpu-{torch.cuda.get_device_properties(device).uuid}"
    return f"cpu-{re.sub(r'[^A-Za-z0-9.-]', '_', platform.node())}"


def _sign(file: BinaryIO) -> None:
    since = datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    file.truncate(0)
    file.write(json.dumps({"process": os.getpid(), "since": since}).encode())
    file.flush()


def _who(file: BinaryIO, device: str) -> str:
    file.seek(0)
    try:
        said = json.loads(file.read())
        holder = f"by process {said['process']} since {said['since']}"
    except (ValueError, KeyError, TypeError):  # it has the lock and has not yet signed
        holder = "by another process"
    return (
        f"the device {device} is being measured {holder}; two measurements would slow each other. "
        "Try again when it is done, or add --wait."
    )
