"""The progress of work as runs tell it; a display of it need not import anything from here."""

from typing import Protocol


class Watch(Protocol):
    """A receiver of progress.

    Work is counted in images, cell by cell: `watch("rcan on Set14 x4", 3, 14)`. Cells may progress at the
    same time and in any order. What a cell has done when it is first named was done before and took no time.
    """

    def plan(self, images: int, cells: int) -> None:
        """Announce that many images in that many cells, in addition to what was announced before.

        Cells that nobody announced count from their first image on.
        """

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
