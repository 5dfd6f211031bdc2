"""Files that the user already has, found by content, wherever they lie and whatever their name."""

import os
from collections.abc import Callable, Container, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from iqabench.errors import FetchError
from iqabench.files.cache import find_all, keep, known_sha256, remove_damaged
from iqabench.files.disk import sha256_of
from iqabench.files.kind import kind_of
from iqabench.files.pins import one_note, unpin
from iqabench.files.remote import RemoteFile
from iqabench.printable import first_names

_THREADS = 4


@dataclass(frozen=True)
class Adoption:
    """The result of looking through a folder."""

    adopted: dict[RemoteFile, Path]
    """Files found in the folder and copied into the cache."""
    present: dict[RemoteFile, Path]
    """Files that were in the cache before, undamaged."""
    missing: list[RemoteFile]
    """Files that are still missing."""
    other: dict[RemoteFile, Path]
    """A file of the same name but of another content, or one that cannot be read, for missing files."""
    damaged: list[RemoteFile]
    """Files that lay in the cache with another content; they were removed, and looked for again."""
    pinned: dict[RemoteFile, Path]
    """A file of the same name but of another content, for those in the cache that a first copy pinned."""
    faults: dict[RemoteFile, str] = field(default_factory=dict)
    """Why a file of the right name is not taken, as a sentence, for missing files without a checksum."""

    def __str__(self) -> str:
        """Return one line for a person."""
        adopted, present = len(self.adopted), len(self.present)
        text = f"{adopted} file{'s'[: adopted != 1]} adopted, {present} {_was(present)} here, "
        text += f"{len(self.missing)} still missing"
        if self.other:
            has = "has" if len(self.other) == 1 else "have"
            text += f" ({len(self.other)} {has} the right name but {self._trouble})"
        if self.pinned:
            first = next(iter(self.pinned.values()))
            text += (
                f"; {first} differs from the copy that was pinned, and --replace takes it instead"
            )
        return f"{text}.{replaced_note(self.damaged, self.adopted)}"

    @property
    def _trouble(self) -> str:
        """The fault of the first file that has a right name and is not taken."""
        file, first = next(iter(self.other.items()))
        kind = kind_of(first)
        what = f", which is {kind}" if kind else ""
        if file.sha256:
            return f"another content, such as {first}{what}"
        fault = self.faults.get(file, "").rstrip(".")
        return (
            f"cannot be taken: {fault}" if fault and not kind else f"cannot be read: {first}{what}"
        )


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def replaced_note(damaged: Sequence[RemoteFile], new: Container[RemoteFile]) -> str:
    """Return a sentence about damaged files of the cache; empty when there were none.

    `new`: the files of which a new copy came.
    """
    replaced = [file.name for file in damaged if file in new]
    removed = [file.name for file in damaged if file not in new]
    text = f" Damaged in the cache and replaced: {first_names(replaced, 4)}." if replaced else ""
    return text + (
        f" Damaged in the cache and removed: {first_names(removed, 4)}." if removed else ""
    )


def adopt(
    folder: Path,
    wanted: Iterable[RemoteFile],
    fault: Callable[[RemoteFile, Path], str] = lambda *_: "",
    *,
    replace: bool = False,
) -> Adoption:
    """Copy the wanted files that lie anywhere below `folder`, which may be one file, into the cache.

    A file is recognised by size, then by checksum, never by its name; a file whose checksum nobody published
    is recognised by its exact name, some by the folders around it too, and pinned if `fault` returns nothing:
    it returns words about a file that is not to be taken. With `replace` one that differs takes the
    place of what was pinned. Files are copied, not linked: a user's own file may change.

    Raises: FetchError when there is no such folder or file, or when the cache cannot be written to.
    """
    if not folder.exists():
        raise FetchError(
            f"{folder} does not exist; expected a folder to look for files in, or a file."
        )
    files = list(dict.fromkeys(wanted))
    damaged = remove_damaged(files)
    present = find_all(files)
    here = list(_walk(folder))
    pinned = _other_than_pinned(here, present)
    if replace:
        for file in pinned:
            unpin(file)
            del present[file]
    lacking = [file for file in files if file not in present]
    adopted = _by_hash(here, [file for file in lacking if file.sha256])
    with one_note():
        named, faults = _by_name(here, [file for file in lacking if not file.sha256], fault)
    adopted |= named
    missing = [file for file in lacking if file not in adopted]
    names = _NamedFiles([path for path, _ in here])
    other = {file: path for file in missing if (path := names.of(file))}
    return Adoption(adopted, present, missing, other, damaged, {} if replace else pinned, faults)


def _other_than_pinned(
    here: Sequence[tuple[Path, int]], present: Iterable[RemoteFile]
) -> dict[RemoteFile, Path]:
    """Return the files here whose names are those of pinned ones, with another content."""
    names = _NamedFiles([path for path, size in here if size])
    return {
        file: path
        for file in present
        if file.sha256 is None
        and (path := names.of(file))
        and _hash(path) not in (None, known_sha256(file))
    }


def _walk(folder: Path) -> Iterator[tuple[Path, int]]:
    """Give all files below a folder, or the file itself, with their sizes; unreadable ones are left out."""
    if folder.is_file():
        yield folder, folder.stat().st_size
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


def _by_name(
    here: Sequence[tuple[Path, int]],
    lacking: list[RemoteFile],
    fault: Callable[[RemoteFile, Path], str],
) -> tuple[dict[RemoteFile, Path], dict[RemoteFile, str]]:
    """Return the files that were taken, and the faults of those that were not."""
    names = _NamedFiles([path for path, size in here if size])
    adopted, faults = {}, {}
    for file in lacking:
        path = names.of(file)
        if path is None:
            continue
        faults[file] = fault(file, path)
        if not faults[file]:
            try:
                adopted[file] = keep(path, file)
            except FetchError as error:
                faults[file] = str(error)
    return adopted, faults


class _NamedFiles:
    """Files by their names, some of them by the folders around them, too."""

    def __init__(self, paths: Iterable[Path]) -> None:
        self._paths: dict[str, list[Path]] = {}
        for path in paths:
            self._paths.setdefault(path.name, []).append(path)

    def of(self, file: RemoteFile) -> Path | None:
        """Return the last path that ends as the file's does; None without one."""
        for ending in file.known_by:
            parts = PurePosixPath(ending).parts
            for path in reversed(self._paths.get(parts[-1], [])):
                if path.parts[-len(parts) :] == parts:
                    return path
        return None


def _hash(path: Path) -> str | None:
    try:
        return sha256_of(path)
    except OSError:
        return None
