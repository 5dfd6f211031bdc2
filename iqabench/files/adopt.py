"""Files that the user already has, found by content, wherever they lie and whatever their name."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from iqabench.errors import FetchError
from iqabench.files.cache import find, keep
from iqabench.files.disk import sha256_of
from iqabench.files.remote import RemoteFile

_THREADS = 4


@dataclass(frozen=True)
class Adoption:
    """The result of looking through a folder."""

    adopted: dict[RemoteFile, Path]
    """Files found in the folder and copied into the cache."""
    present: dict[RemoteFile, Path]
    """Files that were in the cache before."""
    missing: list[RemoteFile]
    """Files that are still missing."""
    other: dict[RemoteFile, Path]
    """A file of the same name but of another content, for missing files."""

    def __str__(self) -> str:
        """Return one line for a person."""
        text = f"{len(self.adopted)} files adopted, {len(self.present)} were here, "
        text += f"{len(self.missing)} still missing"
        if self.other:
            first = next(iter(self.other.values()))
            text += f" ({len(self.other)} have the right name but another content, such as {first})"
        return text + "."


def adopt(folder: Path, wanted: Iterable[RemoteFile]) -> Adoption:
    """Copy the wanted files that lie anywhere below `folder` into the cache.

    A file is recognised by size, then by checksum, never by its name; a file whose checksum nobody published
    is recognised by its exact name, and pinned. Files are copied, not linked: a user's own file may change.

    Raises: FetchError when there is no such folder, or when the cache cannot be written to.
    """
    if not folder.is_dir():
        what = "is a file" if folder.is_file() else "does not exist"
        raise FetchError(f"{folder} {what}; expected a folder to look for files in.")
    files = list(dict.fromkeys(wanted))
    present = {file: path for file in files if (path := find(file))}
    lacking = [file for file in files if file not in present]
    here = list(_walk(folder))
    adopted = _by_hash(here, [file for file in lacking if file.sha256])
    adopted |= _by_name(here, [file for file in lacking if not file.sha256])
    missing = [file for file in lacking if file not in adopted]
    names = {path.name: path for path, _ in here}
    other = {file: names[file.basename] for file in missing if file.basename in names}
    return Adoption(adopted, present, missing, other)


def _walk(folder: Path) -> Iterator[tuple[Path, int]]:
    """Give all files below a folder with their sizes; unreadable ones are left out."""
    for base, _, names in os.walk(folder):
        for name in sorted(names):
            path = Path(base) / name
            try:
                if path.is_file():
                    yield path, path.stat().st_size
            except OSError:
                continue


def _by_hash(here: Sequence[tuple[Path, int]], lacking: list[RemoteFile]) -> dict[RemoteFile, Path]:
    sizes = {file.bytes for file in lacking}
    if not sizes:
        return {}
    candidates = [path for path, size in here if size in sizes or None in sizes]
    with ThreadPoolExecutor(_THREADS) as pool:
        paths = {
            hashed: path
            for path, hashed in zip(candidates, pool.map(_hash, candidates), strict=True)
        }
        have = [(file, paths[file.sha256]) for file in lacking if file.sha256 in paths]
        kept = pool.map(lambda pair: keep(pair[1], pair[0]), have)
        return {file: path for (file, _), path in zip(have, kept, strict=True)}


def _by_name(here: Sequence[tuple[Path, int]], lacking: list[RemoteFile]) -> dict[RemoteFile, Path]:
    names = {path.name: path for path, size in here if size}
    adopted = {}
    for file in lacking:
        if file.basename in names:
            try:
                adopted[file] = keep(names[file.basename], file)
            except FetchError:
                continue
    return adopted


def _hash(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except OSError:
        return None
