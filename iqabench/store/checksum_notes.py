"""The notes of a folder of outputs: checksums.txt, with a line for each output that was written.

Lines are only added while outputs are written and looked up, so that each is read once, however many outputs
there are.
"""

import os
from pathlib import Path


class ChecksumNotes:
    """The latest checksum of each file that a text such as `sha256sum` writes names."""

    def __init__(self) -> None:
        self._checksums: dict[str, str] = {}
        self._file = 0
        """The number of the file that was read, as the system knows it."""
        self._end = 0
        """The number of bytes of whole lines that were read."""

    def of(self, name: str, path: Path) -> str | None:
        """Return the checksum that the notes in `path` have of this file; None where they have none.

        Raises: OSError when the notes cannot be read.
        """
        state = path.stat()
        if state.st_ino != self._file or state.st_size != self._end:
            self._read(path, state)
        return self._checksums.get(name)

    def _read(self, path: Path, state: os.stat_result) -> None:
        is_longer = state.st_ino == self._file and state.st_size > self._end
        known, end = (self._checksums, self._end) if is_longer else ({}, 0)
        with path.open("rb") as file:
            file.seek(end)
            added = file.read()
        for line in added.decode("utf-8", errors="replace").splitlines():
            known[line[66:]] = line[:64]
        self._checksums, self._file = known, state.st_ino
        self._end = end + added.rfind(b"\n") + 1
