"""Files that are there whole or not at all."""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write beside, then rename; with `durable` the bytes are on the disk before the name is.

    Raises: OSError when it cannot be written; what stood there before is unharmed then.
    """
    with replacing(path, durable=durable) as part:
        part.write_bytes(data)


@contextlib.contextmanager
def replacing(path: Path, *, durable: bool = True) -> Iterator[Path]:
    """A place beside `path` to write to; it takes the name of `path` if the block succeeds."""
    part = path.with_name(f".{path.name}.{os.getpid()}-{threading.get_ident()}.part")
    try:
        yield part
        if durable:
            with part.open("rb") as file:
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
