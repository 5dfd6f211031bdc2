"""The state of files in the cache: ok, missing, damaged or unpinned."""

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Literal, NamedTuple

from iqabench.files.cache import blob, known_sha256, verify
from iqabench.files.disk import size_of
from iqabench.files.home import home
from iqabench.files.remote import RemoteFile

State = Literal["ok", "missing", "damaged", "unpinned"]
"""The state of a file. `unpinned`: nobody published a checksum, and the file was never fetched."""


class FileState(NamedTuple):
    """A file that a set, a model or a metric needs, and its state."""

    file: RemoteFile
    state: State
    path: Path | None
    """The place where it lies or should lie; None as long as its checksum is unknown."""


def states(files: Iterable[RemoteFile]) -> list[FileState]:
    """Return the state of each file; files in the cache are hashed again, several at a time."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(_state, files))


def _state(file: RemoteFile) -> FileState:
    sha256 = known_sha256(file)
    if sha256 is None:
        return FileState(file, "unpinned", None)
    path = blob(home(), sha256)
    if size_of(path) is None:
        return FileState(file, "missing", path)
    return FileState(file, "ok" if verify(path, sha256) else "damaged", path)
