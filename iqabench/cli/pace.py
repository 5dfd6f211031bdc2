"""The pace of work: how much is done, how fast, and how long the rest takes."""

import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass

_WINDOW_S = 30.0
"""The seconds over which speed is measured, so that it is that of the cells at work."""
_SAMPLE_S = 0.5
"""The least seconds between two moments that are kept to measure speed."""


@dataclass
class CellPace:
    """One cell at work."""

    name: str
    done: int
    """The images that are done."""
    of: int
    """All images."""
    before: int
    """The images that were done before this command."""
    since_share: float
    """The share of time that a cell at work had been given when this one began."""

    @property
    def fresh(self) -> int:
        """The number of images that were done by this command."""
        return self.done - self.before


class Pace:
    """The counts of all cells, with the speed and the time left.

    Cells at work at the same time share the time that passes, so the cost of an image is its part of the
    whole. The time left is that of the cells at work at their own speeds, and that of the others at the
    mean speed so far. Cells that nobody announced and that follow one another are wholes of their own.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._start = self._work_start = self._last = clock()
        self._announced = self._begun = self._announced_cells = self._begun_cells = 0
        self._share = 0.0
        self._moments: deque[tuple[float, int]] = deque([(self._start, 0)])
        self.active: dict[str, CellPace] = {}
        """The cells at work, by name, in the order in which they began."""
        self.latest = ""
        """The name of the cell that progressed last."""
        self.done = 0
        """The images that are done, those from before included."""
        self.fresh = 0
        """The images that were done by this command."""

    def plan(self, images: int, cells: int) -> None:
        """Announce images and cells."""
        self._announced += images
        self._announced_cells += cells

    def update(self, name: str, done: int, of: int) -> None:
        """Take note of the progress of a cell; one that is named again after its end begins anew."""
        now = self._clock()
        if self.active:
            self._share += (now - self._last) / len(self.active)
        self._last, self.latest = now, name
        cell = self.active.get(name)
        if cell is None:
            if not self.active and not (self._announced and self._begun):
                self._begin_anew(now)
            cell = self.active[name] = CellPace(name, done, of, done, self._share)
            self._begun += of
            self._begun_cells += 1
            self.done += done
        else:
            self.done += done - cell.done
            self.fresh += done - cell.done
            cell.done = done
        if done >= of:
            del self.active[name]
        self._note(now)

    def _begin_anew(self, now: float) -> None:
        """Start the clock, and forget cells that nobody announced as parts of a whole."""
        self._begun = self._begun_cells = self.done = self.fresh = 0
        self._work_start = now
        self._moments = deque([(now, 0)])

    def _note(self, now: float) -> None:
        """Keep this moment to measure speed, and forget those before the window but for the last."""
        if now - self._moments[-1][0] >= _SAMPLE_S:
            self._moments.append((now, self.fresh))
        while len(self._moments) > 1 and self._moments[1][0] <= now - _WINDOW_S:
            self._moments.popleft()

    @property
    def total(self) -> int:
        """The number of all images, as far as they are known."""
        return max(self._announced, self._begun)

    @property
    def cells(self) -> int:
        """The number of all cells, as far as they are known."""
        return max(self._announced_cells, self._begun_cells)

    @property
    def cells_done(self) -> int:
        """The number of cells that are finished."""
        return self._begun_cells - len(self.active)

    @property
    def elapsed_s(self) -> float:
        """The seconds since the start."""
        return self._clock() - self._start

    @property
    def speed(self) -> float | None:
        """The images per second of the last half minute; None before the first image."""
        then, fresh = self._moments[0]
        seconds = self._clock() - then
        return (self.fresh - fresh) / seconds if self.fresh > fresh and seconds > 0 else None

    @property
    def left_s(self) -> float | None:
        """The seconds that the rest takes; None where they cannot be told yet."""
        if not self.fresh:
            return None
        mean = (self._last - self._work_start) / self.fresh
        left = max(0, self.total - self._begun) * mean
        for cell in self.active.values():
            cost = (self._share - cell.since_share) / cell.fresh if cell.fresh else mean
            left += (cell.of - cell.done) * cost
        return max(0.0, left - (self._clock() - self._last))
