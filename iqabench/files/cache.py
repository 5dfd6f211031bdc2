"""The content-addressed cache: `home()/sha256/<first two>/<hash>`, the layout of a mirror.

So the cache of one person serves another as a mirror. A file is in the cache complete or not at all: it is
written elsewhere on the same disk, hashed, synced, and then renamed.
"""

import contextlib
import hashlib
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from iqabench.atomic import part_of, write_whole
from iqabench.errors import ChecksumError, FetchError
from iqabench.files.content import has_content
from iqabench.files.disk import copy_hashed, sha256_of, size_of, writing
from iqabench.files.home import home
from iqabench.files.kind import kind_of
from iqabench.files.pins import admit, find_pin
from iqabench.files.remote import RemoteFile
from iqabench.printable import first_names

_THREADS = 4


def blob(root: Path, sha256: str) -> Path:
    """Return the place of a file with that checksum below a cache or a mirror."""
    return root / "sha256" / sha256[:2] / sha256


def known_sha256(file: RemoteFile) -> str | None:
    """Return the checksum of a file, published or pinned; None where there is none."""
    if file.sha256 is not None:
        return file.sha256
    pin = find_pin(file)
    return pin.sha256 if pin else None


def find(file: RemoteFile) -> Path | None:
    """Return the file in the cache, or None; a file of the wrong size counts as absent.

    Raises: ChecksumError when it has another content than it came with.
    """
    return find_all([file]).get(file)


def find_all(files: Iterable[RemoteFile], owner: str = "") -> dict[RemoteFile, Path]:
    """Return the files that are in the cache; their contents are checked (see `content.has_content`).

    `owner`: the set, model or metric that needs the files, for messages.

    Raises: ChecksumError that names the files which have another content than they came with.
    """
    here = {file: path for file in files if (path := _place(file))}
    pairs = list(here.items())
    shares = [
        pairs[start::_THREADS] for start in range(_THREADS)
    ]  # a task for each file costs more
    with ThreadPoolExecutor(_THREADS) as pool:
        changed = [each for share in pool.map(_changed_files, shares) for each in share]
    if changed:
        raise ChecksumError(_changed(changed, owner))
    return here


def _changed_files(pairs: Sequence[tuple[RemoteFile, Path]]) -> list[tuple[RemoteFile, Path]]:
    """Return the files whose content is not that of their checksum."""
    return [(file, path) for file, path in pairs if not has_content(path, path.name)]


def require_content(path: Path, sha256: str, name: str) -> None:
    """Check that a file of the cache still has the content that it came with.

    Raises: ChecksumError when it has not.
    """
    if not has_content(path, sha256):
        owner = name.partition("/")[0]
        raise ChecksumError(_changed([(RemoteFile(name, None, sha256, None), path)], owner))


def _place(file: RemoteFile) -> Path | None:
    sha256 = known_sha256(file)
    path = blob(home(), sha256) if sha256 else None
    size = size_of(path) if path else None
    return path if size is not None and file.bytes in (None, size) else None


def _changed(files: Sequence[tuple[RemoteFile, Path]], owner: str) -> str:
    names = first_names([f"{file.name} ({path})" for file, path in files], 4)
    what = "1 file has" if len(files) == 1 else f"{len(files)} files have"
    return (
        f"{what} been changed or damaged in the cache since the fetch, and cannot be used: {names}. Type "
        f"'iqabench fetch {owner or 'NAME'}' to replace what is damaged."
    )


def remove_damaged(files: Iterable[RemoteFile]) -> list[RemoteFile]:
    """Hash the files that are in the cache, remove those with another content, and return them.

    Raises: FetchError when one cannot be removed.
    """
    here = [(file, blob(home(), sha)) for file in files if (sha := known_sha256(file))]
    here = [(file, path) for file, path in here if size_of(path) is not None]
    with ThreadPoolExecutor(_THREADS) as pool:
        intact = list(pool.map(lambda each: verify(each[1], each[1].name), here))
    damaged = [each for each, ok in zip(here, intact, strict=True) if not ok]
    for file, path in damaged:
        with writing(f"a new copy of {file.name}"):
            path.unlink(missing_ok=True)
    return [file for file, _ in damaged]


def verify(path: Path, sha256: str) -> bool:
    """Return whether the content of a file has that checksum."""
    try:
        return sha256_of(path) == sha256
    except OSError:
        return False


def keep(source: Path, file: RemoteFile) -> Path:
    """Copy `source` into the cache.

    It is never linked: whatever spoils a file of the cache would spoil it in the mirror, for everybody.

    Raises: ChecksumError when it is another file; FetchError when it cannot be read or written.
    """
    try:
        reading = source.open("rb")
    except OSError as error:
        raise FetchError(f"{source} cannot be read: {error.strerror}.") from error
    with reading, _scratch(file) as part:
        with writing(file.name):
            sha256 = copy_hashed(reading, part)
        return place(part, file, sha256, str(source))


def keep_unpromised(source: Path) -> tuple[str, int]:
    """Copy a file of which nothing is known into the cache, unpinned; return its checksum and its size.

    Raises: FetchError when it cannot be read or written.
    """
    file = RemoteFile(str(source), None, None, None)
    try:
        reading = source.open("rb")
    except OSError as error:
        raise FetchError(f"{source} cannot be read: {error.strerror}.") from error
    with reading, _scratch(file) as part, writing(source.name):
        sha256 = copy_hashed(reading, part)
        size, path = part.stat().st_size, blob(home(), sha256)
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)
    return sha256, size


def keep_bytes(content: bytes, file: RemoteFile) -> Path:
    """Write the content of a file into the cache.

    Raises: ChecksumError when it is another file; FetchError when it cannot be written.
    """
    with _scratch(file) as part:
        with writing(file.name):
            write_whole(part, content)
        return place(part, file, hashlib.sha256(content).hexdigest(), "the driver")


def place(part: Path, file: RemoteFile, sha256: str, source: str) -> Path:
    """Move a complete, synced file with that checksum to its place in the cache.

    Raises: ChecksumError when it is not the file that was promised.
    """
    kind = kind_of(part)
    if kind and known_sha256(file) is None and not file.name.endswith((".html", ".htm")):
        raise ChecksumError(f"{source} brought {kind} instead of {file.name}. It was not used.")
    admit(file, sha256, size_of(part) or 0, f"{source}, {kind}," if kind else source)
    path = blob(home(), sha256)
    with writing(file.name):
        path.parent.mkdir(parents=True, exist_ok=True)
        part.replace(path)
    return path


@contextlib.contextmanager
def _scratch(file: RemoteFile) -> Iterator[Path]:
    place = home() / "partial" / file.key
    with writing(file.name):
        place.parent.mkdir(parents=True, exist_ok=True)
    part = part_of(place)
    try:
        yield part
    finally:
        part.unlink(missing_ok=True)
