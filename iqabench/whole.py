"""Files that are there whole or not at all."""

import contextlib
import os
import threading
from pathlib import Path


def write_whole(path: Path, data: bytes, *, durable: bool = True) -> None:
    """Write beside, then rename; with `durable` the bytes are on the disk before the name is.

    Raises: OSError when it cannot be written; what stood there before is unharmed then.
    """
    part = path.with_name(f".part-{os.getpid()}-{threading.get_ident()}-{path.name}")
    try:
        with part.open("wb") as file:
            file.write(data)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        part.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)
        raise
