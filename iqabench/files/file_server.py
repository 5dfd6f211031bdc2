"""The files that workers ask for: those of the jobs, by their checksums, and what the driver can fetch.

The server is a process on the driver's machine. It gives away only what jobs name, and what the card of a
set, a model or a metric says where to fetch; never a path that a worker asks for. The driver writes what jobs
name into a list, so that a server that is killed and started again knows it, too.
"""

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from iqabench.errors import FetchError
from iqabench.files.fetch import fetch
from iqabench.files.remote import RemoteFile


class OfferList:
    """The list of the files that the driver gives away, by their checksums; it ends with the command."""

    def __init__(self) -> None:
        handle, name = tempfile.mkstemp(prefix="iqabench-offers-", suffix=".jsonl")
        self.path = Path(name)
        self._file = os.fdopen(handle, "w", encoding="utf-8")

    def add(self, files: Mapping[str, Path]) -> None:
        """Add files by their checksums."""
        for sha256, path in files.items():
            self._file.write(json.dumps([sha256, str(path.absolute())]) + "\n")
        self._file.flush()

    def close(self) -> None:
        """Remove the list."""
        self._file.close()
        self.path.unlink(missing_ok=True)


class FileServer:
    """The server of files for the workers of one command; `offers` is the path of the driver's list."""

    def __init__(self, offers: Path) -> None:
        self._offers = offers
        self._paths: dict[str, Path] = {}

    def read(self, file: RemoteFile) -> tuple[bytes, str]:
        """Return the content of a file, or the reason why there is none."""
        try:
            path = self._path_of(file.sha256 or "")
            if path is None:
                path = fetch([file], progress=False, owner=file.name)[file]
            return path.read_bytes(), ""
        except FetchError as error:
            return b"", str(error)
        except OSError as error:
            return b"", f"{file.name} cannot be read on the driver's machine: {error.strerror}."

    def _path_of(self, sha256: str) -> Path | None:
        if sha256 not in self._paths:
            rows = map(json.loads, self._offers.read_text(encoding="utf-8").splitlines())
            self._paths = {checksum: Path(path) for checksum, path in rows}
        return self._paths.get(sha256)
