"""The files that workers ask for: those of the jobs, by their checksums, and what the driver can fetch.

The server is a process on the driver's machine. It gives away only what jobs name, and what the card of a
set, a model or a metric says where to fetch; never a path that a worker asks for.
"""

from collections.abc import Mapping
from pathlib import Path

from iqabench.errors import FetchError
from iqabench.files.fetch import fetch
from iqabench.files.remote import RemoteFile


class FileServer:
    """The server of files for the workers of one command."""

    def __init__(self) -> None:
        self._paths: dict[str, Path] = {}

    def offer(self, files: Mapping[str, Path]) -> None:
        """Give away these files of the user, by their checksums."""
        self._paths |= files

    def read(self, file: RemoteFile) -> tuple[bytes, str]:
        """Return the content of a file, or the reason why there is none."""
        try:
            path = self._paths.get(file.sha256 or "")
            if path is None:
                path = fetch([file], progress=False, owner=file.name)[file]
            return path.read_bytes(), ""
        except FetchError as error:
            return b"", str(error)
        except OSError as error:
            return b"", f"{file.name} cannot be read on the driver's machine: {error.strerror}."
