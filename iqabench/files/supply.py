"""The supplier of files: on a worker of a cluster, the machine on which the command was typed.

    supply_by(lambda file: bytes_from_the_driver(file))      # once, when the worker starts
    path = obtain(RemoteFile("baby.png", None, sha256, None), likely=Path("/home/ann/set/baby.png"))

A file is then looked for in the cache, in the mirrors, and with the supplier; never at its url, because the
machines of a cluster often reach no other network, and because the driver fetches it once for all of them.
"""

from pathlib import Path

from iqabench.files.content import has_content
from iqabench.files.fetch import fetch
from iqabench.files.remote import RemoteFile
from iqabench.files.supplier import supply_by

__all__ = ["obtain", "supply_by"]


def obtain(file: RemoteFile, likely: Path | None = None) -> Path:
    """Return a file with a known checksum: at its likely place, in the cache, in a mirror, or supplied.

    Raises: FetchError when nobody has it.
    """
    assert file.sha256 is not None
    if likely is not None and has_content(likely, file.sha256):
        return likely
    return fetch([file], progress=False, owner=file.name)[file]
