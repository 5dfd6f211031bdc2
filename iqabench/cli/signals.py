"""The signals that end a command: what was finished is kept, and the exit status tells the signal."""

import os
import signal
import sys
import threading
from contextlib import suppress
from types import FrameType, TracebackType
from typing import NoReturn

from iqabench.cli.exit_status import INTERRUPTED

_ENDING = [getattr(signal, n) for n in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, n)]
_PAUSE_S = 0.05


class Ended(BaseException):
    """A signal asked for the end of the command; no handler of errors may stop it."""


class Signals:
    """The handlers of SIGINT, SIGTERM and SIGHUP: they raise an error in the main thread; a context manager.

    A signal that is ignored, as SIGHUP under nohup, stays ignored. When the error is raised where Python
    swallows errors, as in a callback of the garbage collector, the signal is sent again.
    """

    def __init__(self) -> None:
        self.received: int | None = None
        """The number of the signal that arrived first."""
        self._before: dict[int, object] = {}
        self._usual_hook = sys.unraisablehook

    @property
    def exit_status(self) -> int:
        """The exit status after the signal: 128 and its number."""
        return 128 + self.received if self.received else INTERRUPTED

    @property
    def text(self) -> str:
        """The sentence for the user."""
        if self.received in (None, signal.SIGINT):
            return "Interrupted."
        return f"Ended by {signal.Signals(self.received).name}."

    def __enter__(self) -> "Signals":
        if threading.current_thread() is threading.main_thread():
            for number in _ENDING:
                if signal.getsignal(number) not in (signal.SIG_IGN, None):
                    self._before[number] = signal.signal(number, self._end)
            self._usual_hook, sys.unraisablehook = sys.unraisablehook, self._send_again
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)  # type: ignore[arg-type]
        if sys.unraisablehook == self._send_again:
            sys.unraisablehook = self._usual_hook

    def _end(self, number: int, _: FrameType | None) -> NoReturn:
        self.received = self.received or number
        raise KeyboardInterrupt if number == signal.SIGINT else Ended

    def _send_again(self, swallowed: "sys.UnraisableHookArgs") -> None:
        if self.received and isinstance(swallowed.exc_value, Ended | KeyboardInterrupt):
            timer = threading.Timer(_PAUSE_S, os.kill, (os.getpid(), self.received))
            timer.daemon = True
            timer.start()
        else:
            self._usual_hook(swallowed)


def leave(status: int) -> NoReturn:
    """End the process at once: threads that fetch or decode must not hold the shell."""
    for stream in (sys.stdout, sys.stderr):
        if stream is not None:
            with suppress(OSError):  # the terminal may be gone
                stream.flush()
    os._exit(status)
