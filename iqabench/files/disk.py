"""The disk: hashing, copying, and plain words for its failures."""

import contextlib
import errno
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from iqabench.errors import FetchError
from iqabench.files.home import home

CHUNK = 1 << 20
_troubles: list[str] = []
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
_CLOSED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


def sha256_of(path: Path) -> str:
    """Return the checksum of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def size_of(path: Path) -> int | None:
    """Return the size of a file, or None when it does not exist."""
    try:
        return path.stat().st_size
    except (FileNotFoundError, NotADirectoryError):
        return None


def write(file: BinaryIO, data: bytes) -> None:
    """Write all of `data` to a file opened without a buffer, or raise OSError."""
    rest = memoryview(data)
    while rest:
        rest = rest[file.write(rest) :]


def copy_hashed(source: BinaryIO, to: Path) -> str:
    """Copy a file to a new one, wait until it is on the disk, and return its checksum."""
    digest = hashlib.sha256()
    with to.open("wb", buffering=0) as file:
        while data := source.read(CHUNK):
            digest.update(data)
            write(file, data)
        os.fsync(file.fileno())
    return digest.hexdigest()


@contextlib.contextmanager
def writing(what: str) -> Iterator[None]:
    """Turn a failure to write into the cache into a FetchError that says what to do."""
    try:
        yield
    except OSError as error:
        _troubles[:] = [disk_trouble(error, what)]
        raise FetchError(_troubles[0]) from error


def last_trouble() -> str:
    """Return why this process could not write into the cache, the last time; empty when it always could."""
    return "".join(_troubles)


def disk_trouble(error: OSError, what: str) -> str:
    """Return the message for a user when the cache cannot take a file."""
    if error.errno in _FULL:
        return (
            f"the disk is full: {what} does not fit into {home()}. Make room, or set "
            "IQABENCH_HOME to a folder on another disk; what has arrived so far is kept."
        )
    if error.errno in _CLOSED:
        return (
            f"{what} cannot be written into {home()}: {error.strerror}. Set IQABENCH_HOME to "
            "a folder that you may write to."
        )
    return f"{what} cannot be written into {home()}: {error.strerror or error}."
