"""Files that mirrors serve by name, such as `backbones/alexnet_features.safetensors`."""

from pathlib import Path

from iqabench.errors import ChecksumError, FetchError
from iqabench.files.cache import find
from iqabench.files.fetch import bring
from iqabench.files.home import mirrors
from iqabench.files.remote import RemoteFile
from iqabench.files.transfer import Downloader


def find_named(relative: str, sha256: str) -> Path | None:
    """Copy the file `relative` of some mirror into the cache; return None when no mirror has it.

    Raises: ChecksumError when a mirror has another file under that name.
    """
    file = RemoteFile(relative, None, sha256, None)
    if path := find(file):
        return path
    wrong: ChecksumError | None = None
    downloader = Downloader()
    try:
        for mirror in mirrors():
            try:
                return bring(file, downloader, [f"{mirror}/{relative}"])
            except ChecksumError as error:
                wrong = error
            except FetchError:
                continue  # this mirror lacks it, or cannot be reached
    finally:
        downloader.close()
    if wrong:
        raise wrong
    return None
