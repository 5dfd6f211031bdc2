"""Archives: zip files that are unpacked once, beside the cache."""

import contextlib
import os
import shutil
import zipfile
from functools import cache
from pathlib import Path

from iqabench.errors import SetError
from iqabench.files import home
from iqabench.files.disk import writing
from iqabench.locks import locked


def content_folder(archive: Path, name: str) -> Path:
    """Return the folder with the content of a zip file in the cache; unpack it when it is not there.

    The folder gets its name only when it is complete.

    Raises: SetError when the archive is damaged; FetchError when the disk is full or not writable.
    """
    folder = home() / "extracted" / archive.name
    with writing(f"the content of {name}"):
        if folder.is_dir():
            return folder
        with locked(folder.with_suffix(".lock"), once=True):
            if not folder.is_dir():
                _unpack(archive, name, folder)
    return folder


def _unpack(archive: Path, name: str, folder: Path) -> None:
    part = folder.with_suffix(f".{os.getpid()}.part")
    try:
        with zipfile.ZipFile(archive) as content:
            content.extractall(part)
        part.replace(folder)
    except (zipfile.BadZipFile, EOFError) as error:
        raise SetError(
            f"{name} is a damaged archive ({error}). 'iqabench verify' checks all files."
        ) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(part)


@cache
def members(folder: Path) -> dict[str, Path]:
    """Return the files below an unpacked folder by their own names."""
    return {path.name: path for path in sorted(folder.rglob("*")) if path.is_file()}
