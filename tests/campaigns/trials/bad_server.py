"""A server on this machine with the faults of real ones; the path of a url names the fault."""

import atexit
import contextlib
import os
import random
import signal
import sys
import time
from collections import Counter
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import ClassVar

SIZE = 60_000
MENDED = (
    "well",
    "dropped",
    "dropped twice",
    "busy",
    "later",
    "no ranges",
    "range refused",
    "wrong rest",
    "slow",
    "lying length",
)
"""The faults behind which a patient client gets the file."""
HOPELESS = ("other content", "page", "pointer", "loop", "stalled", "reset", "gone", "zipped",
            "always busy", "shut for an hour", "endless")  # fmt: skip


def content_of(path: str) -> bytes:
    """Return the content that a path promises."""
    return random.Random(path).randbytes(SIZE)


def start() -> str:
    """Serve in a process of its own until this one ends; return the url of the server."""
    server = _Server(("127.0.0.1", 0), _Handler)
    server.daemon_threads = True
    process = os.fork()
    if process == 0:
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        server.serve_forever(0.02)
    port = server.server_port
    server.server_close()
    atexit.register(os.kill, process, signal.SIGKILL)
    return f"http://127.0.0.1:{port}"


class _Server(ThreadingHTTPServer):
    """A server that does not print that a client has hung up, as killed and impatient clients do."""

    def handle_error(self, request: object, client_address: object) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    asked: ClassVar[Counter[str]] = Counter()

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        fault = self.path.split("/")[1].replace("-", " ")
        self.asked[self.path] += 1
        with contextlib.suppress(OSError):
            getattr(self, "_" + fault.replace(" ", "_"))(self.asked[self.path])

    def _send(
        self, status: int = 200, body: bytes = b"", length: int | None = None, **headers: str
    ) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        self.wfile.write(body)

    def _rest(self, content: bytes, *, upto: int | None = None) -> None:
        """Send the content from the asked place on; hang up after `upto` bytes."""
        span = self.headers.get("Range", "")
        start = int(span.removeprefix("bytes=").split("-")[0]) if span else 0
        body = content[start:]
        headers = (
            {"Content_Range": f"bytes {start}-{len(content) - 1}/{len(content)}"} if span else {}
        )
        self._send(206 if span else 200, body[:upto], len(body), **headers)
        if upto is not None:
            self._hang_up()

    def _hang_up(self) -> None:
        self.close_connection = True
        self.connection.close()

    def _well(self, _: int) -> None:
        self._rest(content_of(self.path))

    def _dropped(self, asked: int) -> None:
        self._rest(content_of(self.path), upto=20_000 if asked == 1 else None)

    def _dropped_twice(self, asked: int) -> None:
        self._rest(content_of(self.path), upto=9_000 if asked <= 2 else None)

    def _busy(self, asked: int) -> None:
        self._send(503) if asked <= 2 else self._well(asked)

    def _later(self, asked: int) -> None:
        self._send(429, Retry_After="1") if asked == 1 else self._well(asked)

    def _no_ranges(self, asked: int) -> None:
        content = content_of(self.path)
        self._send(200, content[:20_000], len(content)) if asked == 1 else self._send(200, content)
        if asked == 1:
            self._hang_up()

    def _range_refused(self, asked: int) -> None:
        if self.headers.get("Range"):
            self._send(416)
        else:
            self._no_ranges(asked)

    def _wrong_rest(self, asked: int) -> None:
        content = content_of(self.path)
        self._rest(
            bytes(len(content)) if self.headers.get("Range") else content,
            upto=20_000 if asked == 1 else None,
        )

    def _slow(self, _: int) -> None:
        content = content_of(self.path)
        self._send(200, b"", len(content))
        for start in range(0, len(content), 15_000):
            time.sleep(0.3)
            self.wfile.write(content[start : start + 15_000])

    def _lying_length(self, _: int) -> None:
        self._send(200, content_of(self.path), SIZE + 1000)
        self._hang_up()

    def _other_content(self, _: int) -> None:
        self._send(200, bytes(SIZE))

    def _page(self, _: int) -> None:
        self._send(200, b"<!DOCTYPE html><title>Log in</title>" * 20, Content_Type="text/html")

    def _pointer(self, _: int) -> None:
        self._send(
            200,
            b"version https://git-lfs.github.com/spec/v1\noid sha256:" + b"0" * 64 + b"\nsize 1\n",
        )

    def _loop(self, _: int) -> None:
        self._send(302, Location=self.path)

    def _stalled(self, _: int) -> None:
        self._send(200, b"x" * 100, SIZE)
        time.sleep(50)

    def _reset(self, _: int) -> None:
        self._hang_up()

    def _gone(self, _: int) -> None:
        self._send(404)

    def _zipped(self, _: int) -> None:
        self._send(200, content_of(self.path), Content_Encoding="gzip")

    def _always_busy(self, _: int) -> None:
        self._send(503)

    def _shut_for_an_hour(self, _: int) -> None:
        self._send(503, Retry_After="3600")

    def _endless(self, _: int) -> None:
        self.send_response(200)
        self.end_headers()
        while True:
            self.wfile.write(bytes(65536))
            time.sleep(0.01)
