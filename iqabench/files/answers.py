"""The answers of servers: refusals, requests to wait, and pages in place of files."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from iqabench.errors import FetchError
from iqabench.files.remote import RemoteFile

if TYPE_CHECKING:
    import httpx

_TRANSIENT = frozenset({408, 425, 429, 500, 502, 503, 504})
_SPAN = re.compile(r"bytes (\d+)-(\d+)/(\d+|\*)")
_PLAIN = ("", "identity")


class TryAgain(Exception):  # noqa: N818 - not an error yet: the next try may do
    """One try failed in a way that another may not."""

    def __init__(self, message: str, *, wait_s: float = 0.0, stalled: bool = False) -> None:
        super().__init__(message)
        self.wait_s, self.stalled = wait_s, stalled
        self.unreachable = False


def require_file(response: "httpx.Response", file: RemoteFile) -> None:
    """Refuse errors, and web pages that come in place of a file (a sign-in, a quota).

    Raises: TryAgain where another try may do; else FetchError.
    """
    code, url = response.status_code, response.url
    if code in _TRANSIENT:
        wait_s = wait_asked(response.headers.get("Retry-After", ""))
        raise TryAgain(f"{url} answered {code} {response.reason_phrase}", wait_s=wait_s)
    if code not in (200, 206):
        raise FetchError(f"{url} answered {code} {response.reason_phrase}")
    kind = response.headers.get("Content-Type", "")
    if kind.startswith("text/html") and not file.name.endswith((".html", ".htm")):
        raise FetchError(
            f"{url} brought a web page instead of {file.name}; look at it in a browser"
        )


def wait_asked(text: str, now: datetime | None = None) -> float:
    """Return the seconds that a Retry-After header, a number or a date, asks to wait; else 0."""
    text = text.strip()
    if text.isascii() and text.isdigit():
        return float(text[:9])
    try:
        when = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return 0.0
    if when.tzinfo is None:
        when = when.replace(tzinfo=UTC)
    return max(0.0, (when - (now or datetime.now(UTC))).total_seconds())


def span_of(response: "httpx.Response") -> tuple[int, int | None] | None:
    """Return the first byte of a partial answer and the size of the whole file; None when it names none."""
    match = _SPAN.fullmatch(response.headers.get("Content-Range", "").strip())
    if match is None:
        return None
    return int(match[1]), None if match[3] == "*" else int(match[3])


def is_encoded(response: "httpx.Response", file: RemoteFile) -> bool:
    """Return whether the file is packed for its way only, although that was not asked for.

    Servers that serve a .gz file sometimes declare its own format so; such a file is taken as it is.
    """
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    return encoding not in _PLAIN and not file.basename.lower().endswith((".gz", ".tgz"))
