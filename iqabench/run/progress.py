"""The progress of work as runs tell it; a display of it need not import anything from here."""

import operator
from collections.abc import Sequence
from typing import Protocol

from iqabench.metrics import SetColumn
from iqabench.run.plan import Cell


class Watch(Protocol):
    """A receiver of progress.

    Work is counted in images, cell by cell: `watch("rcan on Set14 x4", 3, 14)`. Cells may progress at the
    same time and in any order. What a cell has done when it is first named was done before and took no time.
    """

    def plan(self, images: int, cells: int) -> None:
        """Announce that many images in that many cells, in addition to what was announced before."""

    def __call__(self, name: str, done: int, of: int) -> None:
        """Tell that `done` of the `of` images of a cell are done."""

    def message(self, text: str) -> None:
        """Tell a sentence about the work, such as the loss of a worker."""


class Unwatched:
    """A receiver that shows nothing."""

    def plan(self, images: int, cells: int) -> None:
        """Ignore a plan."""

    def __call__(self, name: str, done: int, of: int) -> None:
        """Ignore progress."""

    def message(self, text: str) -> None:
        """Ignore a message."""


UNWATCHED = Unwatched()
"""The receiver that is used where nobody watches."""


def announce(watch: Watch, cells: Sequence[Cell], limit: int | None = None) -> None:
    """Announce the images of cells, of each at most `limit`: once for each pass over them."""
    passes = [_passes(cell) for cell in cells]
    images = [len(cell.set.samples[:limit]) for cell in cells]
    watch.plan(sum(map(operator.mul, passes, images)), sum(passes))


def _passes(cell: Cell) -> int:
    """Return the number of passes over the images of a cell: one restores, others are for waiting columns."""
    waiting = [column for column in cell.columns if column.waits]
    over_sets = sum(isinstance(column, SetColumn) for column in waiting)
    return 1 + over_sets + (len(waiting) > over_sets)
