"""How a training goes, on standard error: a bar where somebody watches, else a line at each checkpoint."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@dataclass(frozen=True)
class Report:
    """Where a training stands; loss and quality are there when a checkpoint was written."""

    step: int
    loss: float | None = None
    """Mean over the steps since the last one."""
    held_out_db: float | None = None
    seconds: float = 0.0

    @property
    def line(self) -> str:
        """As people read it."""
        return f"loss {self.loss:.5f}, held out {self.held_out_db:.3f} dB, {self.seconds:.0f} s"


Watch = Callable[[Report], None]


@contextmanager
def watching(steps: int, done: int) -> Iterator[Watch]:
    """What is to be told after every step of a training that has `done` of its `steps`."""
    if not sys.stderr.isatty():

        def tell(report: Report) -> None:
            if report.loss is not None:
                print(f"step {report.step}/{steps}, {report.line}", file=sys.stderr, flush=True)  # noqa: T201

        yield tell
        return
    columns = (
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[said]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("training", total=steps, completed=done, said="")

        def show(report: Report) -> None:
            progress.update(bar, completed=report.step)
            if report.loss is not None:
                progress.update(bar, said=report.line)

        yield show
