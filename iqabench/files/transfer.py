"""Transfers: one url to one file, resumed where it broke off, tried again where that may help."""

import os
import ssl
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

from iqabench import __version__
from iqabench.errors import ChecksumError, FetchError
from iqabench.files.answers import TryAgain, is_encoded, require_file, span_of
from iqabench.files.disk import size_of, write
from iqabench.files.kind import kind_of
from iqabench.files.limits import Limits, limits_of_environment
from iqabench.files.remote import RemoteFile
from iqabench.lazy_module import LazyModule

if TYPE_CHECKING:
    import httpx
else:
    httpx = LazyModule("httpx")


class Stopped(Exception):  # noqa: N818 - not an error: the user has interrupted
    """The transfer was asked to stop; its partial file is kept."""


class Downloader:
    """A client that downloads urls to files; several threads share one.

    A host that could not be reached in all tries for one file is not tried for the next.
    """

    def __init__(
        self, advance: Callable[[int], None] = lambda _: None, limits: Limits | None = None
    ) -> None:
        self.stop = threading.Event()
        """An event that ends transfers at the next chunk."""
        self._limits = limits or limits_of_environment()
        self._advance = advance
        self._counted: dict[str, int] = {}
        self._unreachable: dict[str, str] = {}
        self._closed_until: dict[str, float] = {}
        """The time until which a host asked not to be called, for all threads."""
        self._client = httpx.Client(
            verify=_certificates(),
            follow_redirects=True,
            timeout=httpx.Timeout(self._limits.silence_s, connect=self._limits.connect_s),
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

    def download(self, url: str, file: RemoteFile, part: Path, *, resume: bool = True) -> bool:
        """Download `url` to the file `part`, going on behind the bytes that it already has.

        `resume`: False begins at the first byte after every break.

        Returns: whether the file was put together from several answers.
        Raises: FetchError when that cannot be done; OSError when the disk cannot take it; Stopped.
        """
        budget = _Budget(self._limits, size_of(part) or 0)
        joined = False
        while True:
            if (host := _host(url)) in self._unreachable:
                raise FetchError(self._unreachable[host])
            if not resume:
                discard(part)
            joined = joined or bool(size_of(part))
            try:
                self._try(url, file, part)
                return joined
            except TryAgain as error:
                try:
                    pause = budget.pause(error, size_of(part) or 0)
                except FetchError as given_up:
                    if error.unreachable or (error.stalled and not budget.best):
                        self._unreachable[host] = str(given_up)
                    raise
                if error.wait_s:
                    self._closed_until[host] = time.monotonic() + error.wait_s
            if self.stop.wait(pause):
                raise Stopped

    def _try(self, url: str, file: RemoteFile, part: Path) -> None:
        self.check()
        rest = self._closed_until.get(_host(url), 0.0) - time.monotonic()
        if rest > 0 and self.stop.wait(rest):
            raise Stopped
        try:
            self._request(url, file, part)
        except (httpx.ConnectError, httpx.ConnectTimeout) as error:
            again = TryAgain(f"{_host(url)} cannot be reached: {error or 'no answer'}")
            again.unreachable = True
            raise again from error
        except (httpx.UnsupportedProtocol, httpx.TooManyRedirects, httpx.InvalidURL) as error:
            raise FetchError(f"{url} cannot be followed: {error}") from error
        except httpx.TimeoutException as error:
            raise TryAgain(self._stall_message(url), stalled=True) from error
        except httpx.RequestError as error:
            raise TryAgain(f"{url} broke off: {error or type(error).__name__}") from error

    def _stall_message(self, url: str) -> str:
        return f"{url} stalled: fewer than {self._limits.least_bytes} bytes in {self._limits.silence_s:g} s"

    def _request(self, url: str, file: RemoteFile, part: Path) -> None:
        have = _resumable(part, file)
        if have and have == file.bytes:
            return
        with self._client.stream("GET", url, headers=_range(part, have)) as response:
            if response.status_code == 416 and have:
                discard(part)
                raise TryAgain(f"{url}: the server does not know the rest of the file")
            require_file(response, file)
            encoded = is_encoded(response, file)
            whole = None
            if response.status_code == 206:
                start, whole = span_of(response) or (-1, None)
                if start != have or (encoded and have):
                    discard(part)
                    raise TryAgain(f"{url}: the server sent another part than was asked for")
            else:
                have = 0
            _note_version(part, file, response)
            with part.open("ab" if have else "wb", buffering=0) as to:
                try:
                    size = self._receive(response, file, to, have, encoded=encoded)
                except (TryAgain, httpx.RequestError):
                    if encoded:  # a rest of it could not be asked for
                        to.truncate(0)
                    raise
            if whole is not None and size < whole:
                raise TryAgain(f"{url} sent {size} of {whole} bytes")

    def _receive(
        self,
        response: "httpx.Response",
        file: RemoteFile,
        to: BinaryIO,
        size: int,
        *,
        encoded: bool,
    ) -> int:
        pace = _Pace(self._limits)
        # A chunk size would lose what came before a break.
        for data in response.iter_bytes() if encoded else response.iter_raw():
            size += len(data)
            write(to, data)
            if file.bytes is not None and size > file.bytes:
                break  # `require_size` tells it
            self.count(file, size)
            self.check()
            if not pace.holds(len(data)):
                raise TryAgain(self._stall_message(str(response.url)), stalled=True)
        os.fsync(to.fileno())
        return size


class _Pace:
    """The pace of a transfer, measured over spans of time."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._since, self._bytes = time.monotonic(), 0

    def holds(self, size: int) -> bool:
        """Return whether enough bytes have come in the last span, with `size` more."""
        self._bytes += size
        now = time.monotonic()
        if now - self._since < self._limits.silence_s:
            return True
        enough = self._bytes >= self._limits.least_bytes
        self._since, self._bytes = now, 0
        return enough


class _Budget:
    """The tries that one transfer has left."""

    def __init__(self, limits: Limits, best: int) -> None:
        self.best = best
        """The largest number of bytes that were here after a try."""
        self._limits = limits
        self._all = self._barren = self._stalls = 0

    def pause(self, error: TryAgain, size: int) -> float:
        """Return the seconds until the next try, after one that failed and left `size` bytes.

        Raises: FetchError when there is no try left, or when the server asks to wait too long.
        """
        self._all += 1
        self._barren += 1
        self._stalls += error.stalled
        if size > self.best:
            self.best, self._barren = size, 0
        if error.wait_s > self._limits.wait_s:
            raise FetchError(
                f"{error}, and asks to wait {error.wait_s:.0f} s; try again after that"
            ) from error
        pauses = self._limits.pauses
        if (
            self._barren > len(pauses)
            or self._stalls >= self._limits.stalls
            or self._all >= self._limits.tries
        ):
            raise FetchError(f"{error} (tried {self._all} times)") from error
        return max(error.wait_s, pauses[max(0, self._barren - 1)])


@cache
def _certificates() -> ssl.SSLContext:
    """Return the context of secure connections; to read it takes longer than many a transfer."""
    return httpx.create_ssl_context()


def _host(url: str) -> str:
    return url.split("://", 1)[-1].split("/", 1)[0].rsplit("@", 1)[-1]


def _version_note(part: Path) -> Path:
    return part.with_suffix(".version")


def require_size(part: Path, file: RemoteFile, url: str) -> None:
    """Check that a complete transfer brought as many bytes as the file has.

    Raises: ChecksumError.
    """
    size = size_of(part) or 0
    if file.bytes is not None and size != file.bytes:
        much, kind = "more" if size > file.bytes else f"{size}", kind_of(part)
        raise ChecksumError(
            f"{url} brought {much} bytes instead of the {file.bytes} of {file.name}"
            + (f"; what came is {kind}" if kind else "")
        )


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


def _note_version(part: Path, file: RemoteFile, response: "httpx.Response") -> None:
    if file.sha256 is not None:
        return
    tag = response.headers.get("ETag", "")
    version = tag if tag and not tag.startswith("W/") else response.headers.get("Last-Modified", "")
    if version.isascii() and version:
        _version_note(part).write_text(version, encoding="ascii")
    else:
        _version_note(part).unlink(missing_ok=True)
