"""Work in the background: one piece at a time, beside the model."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Background:
    """A thread that does one piece of work while the next is prepared; never more than one waits.

    A context manager: on the way out it finishes what it was given. What a piece raises is raised by the
    next `do`, or on the way out.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="background")
        self._last: Future[Any] | None = None

    def do(self, work: Callable[..., object], *arguments: object) -> None:
        """Wait for the piece before, then start this one."""
        self._wait()
        self._last = self._pool.submit(work, *arguments)

    def _wait(self) -> None:
        last, self._last = self._last, None
        if last is not None:
            last.result()

    def __enter__(self) -> "Background":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._pool.shutdown()
        if kind is None:
            self._wait()
