"""The progress of a command on standard error: bars on a terminal, else a plain line now and then."""

import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from iqabench.cli.lazy import lazy_imports
from iqabench.cli.messages import tell
from iqabench.cli.pace import CellPace, Pace
from iqabench.printable import printable

with lazy_imports():
    from rich.console import Group
    from rich.live import Live
    from rich.progress_bar import ProgressBar
    from rich.table import Table
    from rich.text import Text

    from iqabench.files.progress import error_console
    from iqabench.run import Watch

_SHOWN_CELLS = 5
"""The most cells that have a bar of their own; the others are counted."""
_WIDTH, _NARROWEST_BAR = 100, 8
"""The widest display and the narrowest bar, in characters."""
_FIRST_LINE_S, _LONGEST_PAUSE_S, _GROWTH = 10.0, 60.0, 1.5
"""Without a terminal: the seconds to the first line, the longest ones to the next, and their growth."""


_Row = tuple[str, "ProgressBar", str]
"""The name, the bar and the figures of a line."""


@contextmanager
def watching(unit: str = "images") -> Iterator["Watch"]:
    """Give a display of progress, which counts in this unit; short work shows nothing without a terminal."""
    draws = sys.stderr.isatty() and os.environ.get("TERM") not in ("dumb", "unknown")
    display = Bars(unit) if draws else Lines(unit)
    try:
        yield display
    finally:
        display.close()


class _Display:
    """The counts behind a display, which several threads may tell and draw."""

    def __init__(self, unit: str) -> None:
        self.pace = Pace()
        self.unit = unit
        self.lock = threading.RLock()

    def plan(self, images: int, cells: int) -> None:
        """Announce images and cells."""
        with self.lock:
            self.pace.plan(images, cells)

    def __call__(self, name: str, done: int, of: int) -> None:
        """Take note of the progress of a cell."""
        with self.lock:
            self.pace.update(name, done, of)

    def message(self, text: str) -> None:
        """Print a sentence, above the bars where there are any."""
        tell(text)

    def speed_in_words(self) -> str:
        """Return the speed, as in `35.2 images/s` or `2.5 s/image`; empty where there is none yet."""
        speed = self.pace.speed
        if speed is None:
            return ""
        if speed < 1:
            return f"{1 / speed:.1f} s/{self.unit.removesuffix('s')}"
        return f"{speed:,.{0 if speed >= 100 else 1}f} {self.unit}/s"

    def left_in_words(self) -> str:
        """Return the time left, as in `0:03:12 left`; empty where it is not known yet."""
        left = self.pace.left_s
        return "" if left is None else f"{_clock_time(left)} left"


class Lines(_Display):
    """The display without a terminal: a line after ten seconds, and then at growing intervals."""

    def __init__(self, unit: str) -> None:
        super().__init__(unit)
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._tell_now_and_then, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Print no more lines."""
        self._ended.set()
        self._thread.join()

    def _tell_now_and_then(self) -> None:
        for pause in pauses():
            if self._ended.wait(pause):
                return
            with self.lock:
                line = self.line()
            if line:
                tell(line)

    def line(self) -> str:
        """Return the state of the work in one line; empty before the work begins."""
        pace = self.pace
        if not pace.total:
            return ""
        counts = f"{pace.done:,} of {pace.total:,} {self.unit}"
        facts = [text for text in (counts, self.speed_in_words(), self.left_in_words()) if text]
        names = list(pace.active)
        more = f" and {len(names) - 1:,} more" if len(names) > 1 else ""
        work = f"; at work: {names[0]}{more}" if names else ""
        return f"{', '.join(facts)}{work}"


class Bars(_Display):
    """The display on a terminal: a bar for the whole, and beneath it bars for the cells at work."""

    def __init__(self, unit: str) -> None:
        super().__init__(unit)
        self._ended = False
        self._name_width = 0
        self._console = error_console()
        self._live = Live(
            console=self._console,
            get_renderable=self.picture,
            refresh_per_second=8,
            redirect_stdout=False,  # an executor may redirect it meanwhile
        )

    def __call__(self, name: str, done: int, of: int) -> None:
        """Take note of the progress of a cell."""
        super().__call__(name, done, of)
        if not self._live.is_started:
            self._live.start()

    def close(self) -> None:
        """Leave the bar of the whole on the terminal, with the time that the work took."""
        self._ended = True
        self._live.stop()

    def picture(self) -> "Group":
        """Return the bars as they stand now."""
        with self.lock:
            cells = [] if self._ended else list(self.pace.active.values())
            lines: list[Table | Text] = [self._whole()]
            if self.pace.cells > 1:
                lines.append(self._cells(cells[:_SHOWN_CELLS]))
            if len(cells) > _SHOWN_CELLS:
                lines.append(Text(f"  and {len(cells) - _SHOWN_CELLS:,} more at work"))
        return Group(*lines)

    def _whole(self) -> "Table":
        pace = self.pace
        last = f"in {_clock_time(pace.elapsed_s)}" if self._ended else self.left_in_words()
        facts = (f"{pace.done:,}/{pace.total:,} {self.unit}", self.speed_in_words(), last)
        text = "  ".join(text for text in facts if text)
        return self._grid([(self._title(), _bar(pace.done, pace.total), text)])

    def _title(self) -> str:
        pace = self.pace
        return (
            printable(pace.latest)
            if pace.cells == 1
            else f"{pace.cells_done:,} of {pace.cells:,} cells"
        )

    def _cells(self, cells: list[CellPace]) -> "Table":
        """Return the bars of cells; names keep the width of the longest so far, so that bars stand still."""
        rows = [
            (f"  {printable(cell.name)}", _bar(cell.done, cell.of), f"{cell.done:,}/{cell.of:,}")
            for cell in cells
        ]
        self._name_width = max(self._name_width, *(len(name) for name, _, _ in rows), 0)
        return self._grid(rows, self._name_width)

    def _grid(self, rows: list[_Row], name_width: int = 0) -> "Table":
        """Return a table of names, bars and figures."""
        table = Table.grid(padding=(0, 1))
        table.width = min(self._console.width, _WIDTH)
        table.add_column(
            no_wrap=True, overflow="ellipsis", min_width=min(name_width, table.width // 2)
        )
        table.add_column(ratio=1, min_width=_NARROWEST_BAR)
        table.add_column(no_wrap=True, justify="right")
        for name, bar, figures in rows:
            table.add_row(Text(name), bar, Text(figures))
        return table


def _bar(done: int, of: int) -> "ProgressBar":
    return ProgressBar(max(of, 1), done)


def pauses() -> Iterator[float]:
    """Yield the seconds before each line of work that no terminal shows: ten, then more, at most a minute."""
    pause = _FIRST_LINE_S
    while True:
        yield pause
        pause = min(pause * _GROWTH, _LONGEST_PAUSE_S)


def _clock_time(seconds: float) -> str:
    """Return seconds as hours, minutes and seconds, with days before them where there are any."""
    return str(timedelta(seconds=round(seconds)))
