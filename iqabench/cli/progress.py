"""Progress bars on standard error."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager

from iqabench.cli.lazy import lazy_imports

with lazy_imports():
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        Progress,
        TaskID,
        TextColumn,
        TimeRemainingColumn,
    )

    from iqabench.run import Watch


@contextmanager
def watching() -> Iterator[Watch]:
    """Give a function that draws a progress bar for each cell; without a terminal it draws nothing."""
    if not sys.stderr.isatty():
        yield lambda *_: None
        return
    console = Console(stderr=True)
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
    )
    bars: dict[str, TaskID] = {}
    with Progress(*columns, console=console) as progress:

        def watch(name: str, done: int, of: int) -> None:
            if name not in bars:
                bars[name] = progress.add_task(name, total=of)
            progress.update(bars[name], completed=done)

        yield watch
