"""The obtaining of files by their content: on a worker of a cluster, from wherever they are.

path = obtain(RemoteFile("baby.png", None, sha256, None), likely=Path("/home/ann/set/baby.png"))
"""

from pathlib import Path

from iqabench.files.content import has_content
from iqabench.files.fetch import fetch
from iqabench.files.remote import RemoteFile


def obtain(file: RemoteFile, likely: Path | None = None) -> Path:
    """Return a file with a known checksum: at its likely place, in the cache, in a mirror, or supplied.

    Raises: FetchError when nobody has it.
    """
    assert file.sha256 is not None
    if likely is not None and has_content(likely, file.sha256):
        return likely
    return fetch([file], progress=False, owner=file.name)[file]
