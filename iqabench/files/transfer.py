"""Transfers: one url to one file, resumed where it broke off, tried again where that may help."""

import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import httpx

from iqabench import __version__
from iqabench.errors import ChecksumError, FetchError
from iqabench.files.disk import size_of, write
from iqabench.files.remote import RemoteFile

PAUSES = (0.5, 1.0, 2.0, 4.0)
"""Seconds between tries that brought nothing; there is one more try than pauses. A try that brought new bytes
does not count, so that a bad line delays a large file but does not lose it."""

_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})


class Stopped(Exception):  # noqa: N818 - not an error: the user has interrupted
    """The transfer was asked to stop; its partial file is kept."""


class _Again(Exception):  # noqa: N818 - not an error yet: the next try may do
    """One try failed in a way that another may not."""

    unreachable = False


class Downloader:
    """A client that downloads urls to files; several threads share one.

    A host that could not be reached in all tries for one file is not tried for the next.
    """

    def __init__(self, advance: Callable[[int], None] = lambda _: None) -> None:
        self.stop = threading.Event()
        """An event that ends transfers at the next chunk."""
        self._advance = advance
        self._counted: dict[str, int] = {}
        self._unreachable: dict[str, str] = {}
        self._client = httpx.Client(
            follow_redirects=True,
            timeout=httpx.Timeout(30.0, connect=15.0),
            # Bytes as they are: nobody can resume a part of a compressed stream.
            headers={"User-Agent": f"iqabench/{__version__}", "Accept-Encoding": "identity"},
        )

    def close(self) -> None:
        """Close all connections."""
        self._client.close()

    def check(self) -> None:
        """Raise Stopped when the transfer was asked to stop."""
        if self.stop.is_set():
            raise Stopped

    def count(self, file: RemoteFile, size: int) -> None:
        """Tell the progress bar that `size` bytes of the file are here; fewer means a restart."""
        self._advance(size - self._counted.get(file.key, 0))
        self._counted[file.key] = size

    def download(self, url: str, file: RemoteFile, part: Path) -> None:
        """Download `url` to the file `part`, going on behind the bytes that it already has.

        Raises: FetchError when that cannot be done; OSError when the disk cannot take it; Stopped.
        """
        best, tries = size_of(part) or 0, 0
        while True:
            if (host := _host(url)) in self._unreachable:
                raise FetchError(self._unreachable[host])
            try:
                self._try(url, file, part)
                return
            except _Again as error:
                tries += 1
                if (size := size_of(part) or 0) > best:
                    best, tries = size, 0
                if tries > len(PAUSES):
                    message = f"{error} (tried {tries} times)"
                    if error.unreachable:
                        self._unreachable[host] = message
                    raise FetchError(message) from error
            if self.stop.wait(PAUSES[max(0, tries - 1)]):
                raise Stopped

    def _try(self, url: str, file: RemoteFile, part: Path) -> None:
        self.check()
        try:
            self._request(url, file, part)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            again = _Again(f"{_host(url)} cannot be reached: {error or 'no answer'}")
            again.unreachable = True
            raise again from error
        except (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL) as error:
            raise FetchError(f"{url} cannot be followed: {error}") from error
        except httpx.TransportError as error:
            raise _Again(f"{url} broke off: {error or type(error).__name__}") from error

    def _request(self, url: str, file: RemoteFile, part: Path) -> None:
        have = _resumable(part, file)
        if have and have == file.bytes:
            return
        with self._client.stream("GET", url, headers=_range(part, have)) as response:
            if response.status_code == 416 and have:
                discard(part)
                raise _Again(f"{url}: the server does not know the rest of the file")
            _require_file(response, file)
            resumed = response.status_code == 206
            span = response.headers.get("Content-Range", "")
            if resumed and not span.startswith(f"bytes {have}-"):
                discard(part)
                raise _Again(f"{url}: the server sent another part than was asked for")
            _note_version(part, file, response)
            with part.open("ab" if resumed else "wb", buffering=0) as to:
                self._receive(response, file, to, have if resumed else 0)

    def _receive(self, response: httpx.Response, file: RemoteFile, to: BinaryIO, size: int) -> None:
        for data in response.iter_raw():  # a chunk size would lose what came before a break
            size += len(data)
            if file.bytes is not None and size > file.bytes:
                break
            write(to, data)
            self.count(file, size)
            self.check()
        if file.bytes is not None and size != file.bytes:
            much = "more" if size > file.bytes else f"{size}"
            raise ChecksumError(
                f"{response.url} brought {much} bytes instead of the {file.bytes} of {file.name}"
            )
        os.fsync(to.fileno())


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]


def _version_note(part: Path) -> Path:
    return part.with_suffix(".version")


def discard(part: Path) -> None:
    """Forget a partial file."""
    part.unlink(missing_ok=True)
    _version_note(part).unlink(missing_ok=True)


def _resumable(part: Path, file: RemoteFile) -> int:
    """Return the number of bytes of `part` behind which a transfer may go on."""
    have = size_of(part) or 0
    too_long = file.bytes is not None and have > file.bytes
    unknown = file.sha256 is None and size_of(_version_note(part)) is None
    if too_long or unknown:
        discard(part)
        return 0
    return have


def _range(part: Path, have: int) -> dict[str, str]:
    if not have:
        return {}
    note = _version_note(part)
    # A file without a known checksum may have been replaced since: then the server must begin anew.
    version = {"If-Range": note.read_text(encoding="ascii")} if size_of(note) else {}
    return {"Range": f"bytes={have}-", **version}


def _note_version(part: Path, file: RemoteFile, response: httpx.Response) -> None:
    if file.sha256 is not None:
        return
    tag = response.headers.get("ETag", "")
    version = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
    if version.isascii() and version:
        _version_note(part).write_text(version, encoding="ascii")
    else:
        _version_note(part).unlink(missing_ok=True)


def _require_file(response: httpx.Response, file: RemoteFile) -> None:
    """Refuse errors, and web pages that come in place of a file (a sign-in, a quota)."""
    code, url = response.status_code, response.url
    if code in _TRANSIENT:
        raise _Again(f"{url} answered {code} {response.reason_phrase}")
    if code not in (200, 206):
        raise FetchError(f"{url} answered {code} {response.reason_phrase}")
    kind = response.headers.get("Content-Type", "")
    if kind.startswith("text/html") and not file.name.endswith((".html", ".htm")):
        raise FetchError(
            f"{url} brought a web page instead of {file.name}; look at it in a browser"
        )
