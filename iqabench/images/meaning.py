"""The meaning of a file's pixels, where versions of iqabench read the same content in different ways."""

import sys
from pathlib import Path

from iqabench.errors import ImageError
from iqabench.images.decoding import Decoding
from iqabench.images.reading import ReadOptions

_UNCHANGED = (".png", ".jpg", ".jpeg", ".npz", ".npy")
"""Endings of files whose pixels have had one meaning in all versions; they are not opened."""

_ANY_SIZE = ReadOptions(max_pixels=sys.maxsize)


def meaning_of(path: Path) -> str:
    """Return what the identity of a file's pixels has besides its checksum and options; mostly nothing.

    It is a word for files of which version 0.1 read other pixels (values of another maximum, tags, pages), so
    that its records of them are not taken for those of today.
    """
    if path.suffix.lower() in _UNCHANGED:
        return ""
    try:
        return " as of 0.2" if Decoding(path, "", _ANY_SIZE).header.is_new_meaning else ""
    except ImageError:
        return ""
