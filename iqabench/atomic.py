"""Atomic writes: a file is there complete, or not at all."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write a file beside `path`, then rename it; with `durable` the bytes reach the disk before the name.

    Raises: OSError when it cannot be written; a file that was there before is unharmed then.
    """
    with replacing(path, durable=durable) as part:
        part.write_bytes(data)


@contextlib.contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """Give a path beside `path` to write to, which takes its place when the block succeeds."""
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
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
