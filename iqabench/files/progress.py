"""The progress bar of a fetch: bytes and files, on standard error."""

import sys
from functools import cache
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    DownloadColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
    TransferSpeedColumn,
)


@cache
def error_console() -> Console:
    """Return the console on standard error; bars that are drawn at the same time must share it."""
    return Console(stderr=True)


class Bar:
    """A progress bar of bytes and files; safe to use from several threads."""

    def __init__(self, title: str, files: int, size: int | None, *, shown: bool | None) -> None:
        """Prepare the bar. `shown`: None shows it only on a terminal; `size`: None where it is unknown."""
        visible = sys.stderr.isatty() if shown is None else shown
        console = error_console()
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            TextColumn("{task.fields[done]}/{task.fields[files]} files"),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
            console=console,
            transient=console.is_terminal,  # a log file keeps the last line
            disable=not visible,
        )
        self._task = self._progress.add_task(title, total=size, done=0, files=files)
        self._done = 0

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._progress.stop()

    def advance(self, size: int) -> None:
        """Add bytes that have arrived."""
        self._progress.advance(self._task, size)

    def file_done(self) -> None:
        """Count one more file as done, or given up."""
        self._done += 1
        self._progress.update(self._task, done=self._done)
