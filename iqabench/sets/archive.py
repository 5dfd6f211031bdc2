"""Archives: zip files that are unpacked once, beside the cache.

An image is compared with its checksum in the archive before each use, as any file of the cache is. One that
has been changed or removed since is unpacked again, because the archive is here and was checked itself.
"""

import contextlib
import shutil
import sys
import zipfile
import zlib
from functools import cache
from pathlib import Path

from iqabench.atomic import part_of, replacing
from iqabench.errors import SetError
from iqabench.files import home
from iqabench.files.content import has_content
from iqabench.files.disk import CHUNK, writing
from iqabench.locks import locked
from iqabench.zip_damage import ZIP_DAMAGE


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


def member_file(archive: Path, name: str, member: str) -> Path:
    """Return the file of a member of an archive in the cache, with the content that it has in the archive.

    `name`: the archive, for messages. `member`: the name of the file; its folder is ignored.

    Raises: SetError when the archive is damaged or has no such member; FetchError when it cannot be unpacked.
    """
    folder = content_folder(archive, name)
    entry = _entries(archive, name).get(member)
    if entry is None:
        raise SetError(f"the archive {name} holds no {member}.")
    path = folder / entry.filename
    if not has_content(path, f"{entry.CRC:08x}", _crc32_of):
        sys.stderr.write(
            f"note: {path} was changed or removed since it was unpacked from {name}; it is unpacked again.\n"
        )
        with writing(f"{member} of {name}"):
            _unpack_again(archive, name, entry, path)
    return path


def _crc32_of(path: Path) -> str:
    value = 0
    with path.open("rb") as file:
        while data := file.read(CHUNK):
            value = zlib.crc32(data, value)
    return f"{value:08x}"


@cache
def _entries(archive: Path, name: str) -> dict[str, zipfile.ZipInfo]:
    """Return the entries of an archive by the names of their files without folders."""
    try:
        with zipfile.ZipFile(archive) as content:
            entries = sorted(content.infolist(), key=lambda entry: Path(entry.filename))
    except ZIP_DAMAGE as error:
        raise _damaged(name, error) from error
    return {
        Path(entry.filename).name: entry
        for entry in entries
        if not entry.is_dir() and _is_inside(Path(entry.filename))
    }


def _is_inside(path: Path) -> bool:
    """Return whether a name in an archive means a place below the folder that it is unpacked in."""
    return not path.anchor and ".." not in path.parts


def _unpack_again(archive: Path, name: str, entry: zipfile.ZipInfo, path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with zipfile.ZipFile(archive) as content, replacing(path) as part:
            part.write_bytes(content.read(entry))
    except ZIP_DAMAGE as error:
        raise _damaged(name, error) from error


def _unpack(archive: Path, name: str, folder: Path) -> None:
    part = part_of(folder)
    try:
        with zipfile.ZipFile(archive) as content:
            content.extractall(part)
        part.replace(folder)
    except ZIP_DAMAGE as error:
        raise _damaged(name, error) from error
    finally:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(part)


def _damaged(name: str, error: Exception) -> SetError:
    return SetError(f"{name} is a damaged archive ({error}). 'iqabench verify' checks all files.")
