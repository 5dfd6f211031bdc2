"""The thread that sends a run's records to a store elsewhere while the run goes on."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from iqabench.errors import StoreError
from iqabench.remote.failures import is_passing

_INTERVAL_S = 1.0
"""The seconds between the beginnings of two parts: records wait at most that long."""
_LONGEST_WAIT_S = 2.0
"""The age in seconds of the oldest record that was not sent, at which the run waits for the store."""
PATIENCE_S = 60.0
"""The seconds after which a store that does not answer, or is busy, is given up; until then the run waits."""
_FIRST_PAUSE_S = 1.0


@dataclass(frozen=True)
class Addition:
    """Records, as lines of a journal, and the files that belong to them."""

    lines: bytes
    files: Sequence[Path]
    since: float
    """The time at which it was handed over, by the monotonic clock."""


class Sender:
    """A thread that sends what it is given, in order, at most one part a second.

    `send` sends files and then lines; it raises StoreError.
    """

    def __init__(self, send: Callable[[bytes, Sequence[Path]], None]) -> None:
        self._send = send
        self._waiting: list[Addition] = []
        self._state = threading.Condition()
        self._is_closing = False
        self.error: StoreError | None = None
        """The error that ended the thread."""
        self._thread = threading.Thread(target=self._run, name="store-sender", daemon=True)
        self._thread.start()

    def add(self, lines: bytes, files: Sequence[Path]) -> None:
        """Hand lines and files over; wait while the store is more than two seconds behind.

        Raises: StoreError when they cannot be sent.
        """
        with self._state:
            self._waiting.append(Addition(lines, files, time.monotonic()))
            self._state.notify_all()
            while not self.error and time.monotonic() - self._waiting[0].since > _LONGEST_WAIT_S:
                self._state.wait()
                if not self._waiting:
                    break
        self.check()

    def check(self) -> None:
        """Raise the error that ended the thread, if one did."""
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        """Wait until everything is sent; after an error nothing more is."""
        with self._state:
            self._is_closing = True
            self._state.notify_all()
        self._thread.join()

    def _run(self) -> None:
        last = -_INTERVAL_S
        while additions := self._next(last):
            last = time.monotonic()
            try:
                self._send_patiently(additions)
            except StoreError as error:
                self.error = error
            except Exception as error:  # noqa: BLE001 - the thread of the run raises it
                self.error = StoreError(f"{type(error).__name__}: {error}")
            with self._state:
                del self._waiting[: len(additions)]
                self._state.notify_all()
            if self.error:
                return

    def _next(self, last: float) -> list[Addition]:
        """Return what is to be sent next, a second after the last part began; nothing at the end."""
        with self._state:
            while not self._is_closing:
                rest = last + _INTERVAL_S - time.monotonic()
                if self._waiting and rest <= 0:
                    break
                self._state.wait(rest if self._waiting else None)
            return list(self._waiting)

    def _send_patiently(self, additions: Sequence[Addition]) -> None:
        lines = b"".join(addition.lines for addition in additions)
        files = list(dict.fromkeys(file for addition in additions for file in addition.files))
        begin, pause = time.monotonic(), _FIRST_PAUSE_S
        while True:
            try:
                return self._send(lines, files)
            except StoreError as error:
                is_late = time.monotonic() - begin + pause > PATIENCE_S
                if is_late or error.__cause__ is None or not is_passing(error.__cause__):
                    raise
            time.sleep(pause)
            pause *= 2
