"""Pins: the checksums of files for which nobody published one.

The first download, or the first copy that a person hands over, decides: its checksum is noted in `pins.json`
of the cache, and a later one that differs is refused. A mirror folder that is the cache of somebody else has
a `pins.json`, which counts, too.
"""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from iqabench.atomic import write_whole
from iqabench.errors import ChecksumError, FetchError
from iqabench.files.disk import writing
from iqabench.files.home import home, mirror_folders
from iqabench.files.remote import RemoteFile
from iqabench.locks import locked
from iqabench.printable import first_names

_COLLECTED: ContextVar[list[str] | None] = ContextVar("collected", default=None)
"""The names of the files that were pinned within `one_note`; None outside."""


@dataclass(frozen=True)
class Pin:
    """The first download of a file."""

    sha256: str
    bytes: int
    date: str


def find_pin(file: RemoteFile) -> Pin | None:
    """Return the pin of a file, from the cache or else from a mirror folder."""
    for folder in [home(), *mirror_folders()]:
        pins = _read(folder / "pins.json")
        if file.address in pins:
            return pins[file.address]
    return None


def admit(file: RemoteFile, sha256: str, size: int, source: str) -> None:
    """Compare a file from `source` with everything that is known of it; pin it where nothing is known.

    Raises: ChecksumError when it is another file than was promised.
    """
    if file.sha256 is not None:
        if sha256 != file.sha256:
            raise ChecksumError(
                f"{source} is not {file.name}: its sha256 is {sha256[:16]}..., expected "
                f"{file.sha256[:16]}... ({_sizes(size, file.bytes)}). It was not used."
            )
        return
    if file.sha256_prefix and not sha256.startswith(file.sha256_prefix.lower()):
        raise ChecksumError(
            f"{source} is not {file.name}: its sha256 begins with "
            f"{sha256[: len(file.sha256_prefix)]}, "
            f"expected {file.sha256_prefix}. It was not used."
        )
    known = find_pin(file)
    if known and known.sha256 != sha256:
        raise ChecksumError(
            f"{source} is not the {file.name} that was pinned on {known.date}: its sha256 is "
            f"{sha256[:16]}..., pinned was {known.sha256[:16]}... ({_sizes(size, known.bytes)}). "
            "If its publisher has replaced it, remove its entry from "
            f"{home() / 'pins.json'} and fetch again."
        )
    _pin(file, known or Pin(sha256, size, datetime.now(UTC).date().isoformat()))


def _pin(file: RemoteFile, pin: Pin) -> None:
    path = home() / "pins.json"
    with writing(path.name), locked(path.with_suffix(".lock")):
        pins = _read(path)
        if file.address in pins:
            return
        pins[file.address] = pin
        _write(path, pins)
    names = _COLLECTED.get()
    if names is not None:
        names.append(file.name)
        return
    sys.stderr.write(
        f"note: nobody published a checksum of {file.name}. Pinned the one of this copy, sha256 "
        f"{pin.sha256}, in {path}: a later copy that differs will be refused.\n"
    )


def unpin(file: RemoteFile) -> None:
    """Remove the pin of a file from the cache, so that the next copy is the first one."""
    path = home() / "pins.json"
    with writing(path.name), locked(path.with_suffix(".lock")):
        pins = _read(path)
        if pins.pop(file.address, None) is not None:
            _write(path, pins)


@contextmanager
def one_note() -> Iterator[None]:
    """Tell in one note of all files that are pinned within."""
    names: list[str] = []
    token = _COLLECTED.set(names)
    try:
        yield
    finally:
        _COLLECTED.reset(token)
        if names:
            sys.stderr.write(
                f"note: nobody published checksums of {first_names(names, 4)}. Pinned those of these "
                f"copies in {home() / 'pins.json'}: later copies that differ will be refused.\n"
            )


def _write(path: Path, pins: dict[str, Pin]) -> None:
    text = json.dumps({address: asdict(pins[address]) for address in sorted(pins)}, indent=1)
    write_whole(path, f"{text}\n".encode())


def _read(path: Path) -> dict[str, Pin]:
    try:
        return {address: Pin(**pin) for address, pin in json.loads(path.read_bytes()).items()}
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except (OSError, ValueError, TypeError, AttributeError) as error:
        raise FetchError(f"{path} cannot be read ({error}). Repair it or move it away.") from error


def _sizes(size: int, expected: int | None) -> str:
    return f"{size} bytes" if expected is None else f"{size} bytes, expected {expected}"
