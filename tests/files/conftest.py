"""A server on this machine with the faults of real ones."""

import hashlib
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from iqabench.files import RemoteFile, transfer
from iqabench.files.limits import Limits

QUICK = Limits(
    connect_s=5.0,
    silence_s=0.3,
    least_bytes=100,
    pauses=(0.01, 0.01),
    stalls=2,
    tries=12,
    wait_s=2.0,
)
"""The limits of these tests: short pauses, and little patience."""


@dataclass
class Page:
    """The content at one path, and the behaviour of the server for it."""

    content: bytes
    honours_range: bool = True
    statuses: list[int] = field(default_factory=list)
    """Answered first, one a request; then the content."""
    cut_after: list[int] = field(default_factory=list)
    """How many bytes to send before hanging up, one a request; then whole."""
    etag: str = ""
    kind: str = "application/octet-stream"
    delay_s: float = 0.0
    stall_after: int | None = None
    """Send so many bytes, then nothing more, and do not hang up."""
    headers: dict[str, str] = field(default_factory=dict)
    """Further headers, of refusals too; an empty one takes the place of the server's own."""
    rest: bytes | None = None
    """The content as a request for a rest of it is answered; None answers truly."""
    only: int | None = None
    """The number of bytes of each answer, as 206 of a larger whole."""
    drip_s: float = 0.0
    """Seconds between single bytes."""


@dataclass
class Request:
    path: str
    span: str
    at: float


class Server:
    def __init__(self) -> None:
        self.pages: dict[str, Page] = {}
        self.requests: list[Request] = []
        self.busy = self.most_busy = 0
        self.lock = threading.Lock()
        self.closing = threading.Event()
        self._http = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{self._http.server_port}"
        self._thread = threading.Thread(target=self._http.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def put(self, name: str, content: bytes, **facts: object) -> RemoteFile:
        """Serve `content`, and return the file as a manifest describes it."""
        self.pages[f"/{name}"] = Page(content, **facts)  # type: ignore[arg-type]
        sha256 = hashlib.sha256(content).hexdigest()
        return RemoteFile(f"shelf/{name}", f"{self.url}/{name}", sha256, len(content))

    def page(self, file: RemoteFile) -> Page:
        return self.pages[f"/{file.basename}"]

    def spans(self) -> list[str]:
        return [request.span for request in self.requests]

    def close(self) -> None:
        self.closing.set()
        self._http.shutdown()
        self._http.server_close()
        self._thread.join()


def _handler(server: Server) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_: object) -> None:
            pass

        def do_GET(self) -> None:
            with server.lock:
                server.requests.append(
                    Request(self.path, self.headers.get("Range", ""), time.monotonic())
                )
                server.busy += 1
                server.most_busy = max(server.busy, server.most_busy)
            try:
                self._answer()
            finally:
                with server.lock:
                    server.busy -= 1

        def _answer(self) -> None:
            page = server.pages.get(self.path)
            if page is None:
                return self._empty(404)
            time.sleep(page.delay_s)
            if page.statuses:
                return self._empty(page.statuses.pop(0), page.headers)
            start = self._start(page)
            if start >= len(page.content) > 0:
                return self._empty(416)
            content = page.content if page.rest is None or not start else page.rest
            body = content[start:][: page.only]
            self.send_response(206 if start or page.only else 200)
            facts = {"Content-Length": str(len(body)), "Content-Type": page.kind, "ETag": page.etag}
            if start or page.only:
                end = start + len(body) - 1
                facts["Content-Range"] = f"bytes {start}-{end}/{len(content)}"
            for name, value in {**facts, **page.headers}.items():
                if value:
                    self.send_header(name, value)
            self.end_headers()
            if page.drip_s:
                for byte in body:
                    self.wfile.write(bytes([byte]))
                    if server.closing.wait(page.drip_s):
                        break
                self.close_connection = True
                return None
            if page.cut_after:
                body = body[: page.cut_after.pop(0)]
                self.close_connection = True
            if page.stall_after is not None:
                self.wfile.write(body[: page.stall_after])
                server.closing.wait(60)
                self.close_connection = True
                return None
            self.wfile.write(body)
            return None

        def _start(self, page: Page) -> int:
            span = self.headers.get("Range", "")
            same = self.headers.get("If-Range", page.etag) == page.etag
            if not (span and page.honours_range and same):
                return 0
            return int(span.removeprefix("bytes=").removesuffix("-"))

        def _empty(self, status: int, headers: dict[str, str] | None = None) -> None:
            self.send_response(status)
            self.send_header("Content-Length", "0")
            for name, value in (headers or {}).items():
                self.send_header(name, value)
            self.end_headers()

    return Handler


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    """A server on this machine; pauses between tries are short."""
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    monkeypatch.setattr(transfer, "limits_of_environment", lambda: QUICK)
    made = Server()
    yield made
    made.close()


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache of this test's own, no mirror, and the network allowed."""
    place = tmp_path / "home"
    monkeypatch.setenv("IQABENCH_HOME", str(place))
    monkeypatch.delenv("IQABENCH_MIRROR", raising=False)
    monkeypatch.delenv("IQABENCH_OFFLINE", raising=False)
    return place
