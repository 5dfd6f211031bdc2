"""Work in the background: one call at a time, in a thread beside the model."""

from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any


class Background:
    """A thread that makes one call while the caller goes on; at most one call is in work.

    It is a context manager: its end waits for the last call. An error of a call is raised by the next `do`,
    or at the end.
    """

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="background")
        self._future: Future[Any] | None = None

    def do(self, work: Callable[..., object], *arguments: object) -> None:
        """Wait for the call before, then start this one."""
        self._wait()
        self._future = self._pool.submit(work, *arguments)

    def _wait(self) -> None:
        future, self._future = self._future, None
        if future is not None:
            future.result()

    def __enter__(self) -> "Background":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        self._pool.shutdown()
        if kind is None:
            self._wait()
