"""The content-addressed cache: `home()/sha256/<first two>/<hash>`, the layout of a mirror.

So the cache of one person serves another as a mirror. A file is in the cache complete or not at all: it is
written elsewhere on the same disk, hashed, synced, and then renamed.
"""

import contextlib
import os
import threading
from collections.abc import Iterator
from pathlib import Path

from iqabench.errors import FetchError
from iqabench.files.disk import copy_hashed, sha256_of, size_of, writing
from iqabench.files.home import home
from iqabench.files.pins import admit, find_pin
from iqabench.files.remote import RemoteFile


def blob(root: Path, sha256: str) -> Path:
    """Return the place of a file with that checksum below a cache or a mirror."""
    return root / "sha256" / sha256[:2] / sha256


def known_sha256(file: RemoteFile) -> str | None:
    """Return the checksum of a file, published or pinned; None where there is none."""
    if file.sha256 is not None:
        return file.sha256
    pin = find_pin(file)
    return pin.sha256 if pin else None


def find(file: RemoteFile) -> Path | None:
    """Return the file in the cache, or None; a file of the wrong size counts as absent.

    Files were hashed when they came; `states.states` hashes them again.
    """
    sha256 = known_sha256(file)
    if sha256 is None:
        return None
    path = blob(home(), sha256)
    size = size_of(path)
    return path if size is not None and file.bytes in (None, size) else None


def verify(path: Path, sha256: str) -> bool:
    """Return whether the content of a file has that checksum."""
    try:
        return sha256_of(path) == sha256
    except OSError:
        return False


def keep(source: Path, file: RemoteFile, *, link: bool = False) -> Path:
    """Copy `source` into the cache; with `link` make a hard link where the disk allows it.

    Raises: ChecksumError when it is another file; FetchError when it cannot be read or written.
    """
    try:
        reading = source.open("rb")
    except OSError as error:
        raise FetchError(f"{source} cannot be read: {error.strerror}.") from error
    with reading, _scratch(file) as part:
        if link and _linked(source, part):
            sha256 = sha256_of(part)
        else:
            with writing(file.name):
                sha256 = copy_hashed(reading, part)
        return place(part, file, sha256, str(source))


def place(part: Path, file: RemoteFile, sha256: str, source: str) -> Path:
    """Move a complete, synced file with that checksum to its place in the cache.

    Raises: ChecksumError when it is not the file that was promised.
    """
    admit(file, sha256, size_of(part) or 0, source)
    path = blob(home(), sha256)
    with writing(file.name):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)
        part.unlink(missing_ok=True)  # renaming a link to a link of the same file leaves both
    return path


@contextlib.contextmanager
def _scratch(file: RemoteFile) -> Iterator[Path]:
    part = home() / "partial" / f"{file.key}.{os.getpid()}.{threading.get_ident()}.copy"
    with writing(file.name):
        part.parent.mkdir(parents=True, exist_ok=True)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)


def _linked(source: Path, to: Path) -> bool:
    try:
        to.hardlink_to(source)
    except OSError:
        return False
    return True
