"""Zip files that may be damaged: whoever reads one expects all the errors that Python raises for damage."""

import lzma
import struct
import zipfile
import zlib
from pathlib import Path

ZIP_DAMAGE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
)
"""The errors of `zipfile` for archives that are damaged, encrypted or compressed in an unknown way."""


def zip_names(path: Path) -> list[str]:
    """Return the names in a zip file; none when it is no zip file, or a damaged one.

    Raises: OSError when it cannot be read.
    """
    if not zipfile.is_zipfile(path):
        return []
    try:
        with zipfile.ZipFile(path) as archive:
            return archive.namelist()
    except ZIP_DAMAGE:
        return []
