"""The progress of a training on standard error: a bar on a terminal, else a line at each checkpoint."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn


@dataclass(frozen=True)
class TrainingStatus:
    """The state of a training after a step; it has loss and quality when a checkpoint was written."""

    step: int
    loss: float | None = None
    """Mean loss over the steps since the last checkpoint."""
    held_out_db: float | None = None
    seconds: float = 0.0

    @property
    def line(self) -> str:
        """The status as a line of text."""
        return f"loss {self.loss:.5f}, held out {self.held_out_db:.3f} dB, {self.seconds:.0f} s"


ShowStatus = Callable[[TrainingStatus], None]


@contextmanager
def watching(steps: int, done: int) -> Iterator[ShowStatus]:
    """Yield the function to call after every step of a training that has `done` of its `steps`."""
    if not sys.stderr.isatty():

        def tell(status: TrainingStatus) -> None:
            if status.loss is not None:
                print(f"step {status.step}/{steps}, {status.line}", file=sys.stderr, flush=True)  # noqa: T201

        yield tell
        return
    columns = (
        TextColumn("training"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.fields[status]}", markup=False),
    )
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bar = progress.add_task("training", total=steps, completed=done, status="")

        def show(status: TrainingStatus) -> None:
            progress.update(bar, completed=status.step)
            if status.loss is not None:
                progress.update(bar, status=status.line)

        yield show
