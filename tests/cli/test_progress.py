"""Progress: one whole for the command, cells in any order, and an estimate that knows their speeds."""

import io
import itertools
import sys
import threading
from collections.abc import Iterator
from contextlib import redirect_stdout

import pytest
from rich.console import Console

from iqabench.cli import progress
from iqabench.cli.pace import Pace
from iqabench.cli.progress import Bars, Lines, pauses, watching


class Clock:
    """A clock that a test sets."""

    now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_what_was_done_before_counts_as_done_and_not_as_speed(clock: Clock) -> None:
    pace = Pace(clock)
    pace.plan(20, 2)
    pace.update("a", 9, 10)
    assert (pace.done, pace.fresh, pace.speed, pace.left_s) == (9, 0, None, None)
    clock.now += 2
    pace.update("a", 10, 10)
    assert (pace.done, pace.fresh, pace.cells_done, pace.cells) == (10, 1, 1, 2)
    assert pace.speed == 0.5
    assert pace.left_s == 20.0  # ten more images of two seconds
    clock.now += 5
    assert pace.left_s == 15.0  # it counts down between images


def test_a_cell_at_work_is_judged_by_its_own_speed(clock: Clock) -> None:
    pace = Pace(clock)
    pace.plan(30, 3)
    pace.update("fast", 0, 10)
    clock.now += 10
    pace.update("fast", 10, 10)
    pace.update("slow", 0, 10)
    clock.now += 50
    pace.update("slow", 5, 10)
    # five more of ten seconds, and ten of a third cell at the mean of four seconds
    assert pace.left_s == 5 * 10 + 10 * 4


def test_the_time_before_the_first_cell_is_no_part_of_the_speed(clock: Clock) -> None:
    pace = Pace(clock)
    pace.plan(10, 1)
    clock.now += 60  # workers start
    pace.update("a", 0, 10)
    clock.now += 1
    pace.update("a", 1, 10)
    assert (pace.speed, pace.left_s, pace.elapsed_s) == (1.0, 9.0, 61.0)


def test_cells_at_work_together_share_the_time(clock: Clock) -> None:
    pace = Pace(clock)
    pace.plan(20, 2)
    for name in "ab":
        pace.update(name, 0, 10)
    for done in range(1, 6):
        clock.now += 1
        pace.update("b", done, 10)
        pace.update("a", done, 10)
    assert pace.fresh == 10
    assert pace.speed == 2.0
    assert pace.left_s == 5.0


def test_the_speed_is_that_of_the_last_half_minute(clock: Clock) -> None:
    pace = Pace(clock)
    pace.update("a", 0, 1000)
    for done in range(1, 101):
        clock.now += 1
        pace.update("a", done, 1000)
    for done in range(1, 41):
        clock.now += 1
        pace.update("a", 100 + 10 * done, 1000)
    assert pace.speed == 10.0


def test_cells_that_nobody_announced_are_wholes_of_their_own(clock: Clock) -> None:
    pace = Pace(clock)
    for name in ("checksums", "scores"):
        pace.update(name, 0, 4)
        for done in range(1, 5):
            clock.now += 1
            pace.update(name, done, 4)
        assert (pace.done, pace.total, pace.cells) == (4, 4, 1)


def test_more_than_was_announced_adds_to_the_whole(clock: Clock) -> None:
    pace = Pace(clock)
    pace.plan(5, 1)
    pace.update("a", 5, 5)
    pace.update("profile", 0, 3)
    assert (pace.done, pace.total, pace.cells) == (5, 8, 2)
    pace.update("profile", 3, 3)
    pace.update("profile", 0, 3)  # the same name after its end is new work
    assert (pace.done, pace.total, pace.cells_done) == (8, 11, 2)


def drawn(bars: Bars, width: int = 80) -> list[str]:
    page = Console(file=io.StringIO(), width=width)
    page.print(bars.picture())
    assert isinstance(page.file, io.StringIO)
    return [line.rstrip() for line in page.file.getvalue().splitlines()]


def test_ten_thousand_cells_take_a_handful_of_lines() -> None:
    bars = Bars("images")
    bars.plan(100_000, 10_000)
    for at in range(10_000):
        bars.pace.update(f"model{at} on [set] x4", 10 if at < 9_990 else 3, 10)
    lines = drawn(bars)
    assert len(lines) == 7
    assert lines[0].startswith("9,990 of 10,000 cells")
    assert "99,930/100,000 images" in lines[0]
    assert lines[1].startswith("  model9990 on [set] x4 ")
    assert lines[1].endswith(" 3/10")
    assert lines[-1] == "  and 5 more at work"
    assert all(len(line) <= 80 for line in lines)


def test_one_cell_is_one_line_with_its_name() -> None:
    bars = Bars("images")
    bars.pace.update("out\x1b on Set5", 1, 5)
    (line,) = drawn(bars)
    assert line.startswith("out\\x1b on Set5 ")
    assert line.endswith("1/5 images")


def test_lines_tell_the_whole_and_the_cells_at_work(clock: Clock) -> None:
    lines = Lines("images")
    lines.pace = Pace(clock)
    assert lines.line() == ""
    lines.plan(1000, 3)
    lines("a on Set5", 0, 500)
    lines("b on Set5", 0, 400)
    clock.now += 100
    lines("a on Set5", 40, 500)
    assert lines.line() == (
        "40 of 1,000 images, 2.5 s/image, 0:30:25 left; at work: a on Set5 and 1 more"
    )
    lines.close()


def test_lines_come_at_growing_pauses() -> None:
    assert list(itertools.islice(pauses(), 7)) == [10, 15, 22.5, 33.75, 50.625, 60, 60]


def test_without_a_terminal_long_work_prints_lines_and_short_work_none(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with watching() as watch:
        watch("a on Set5", 1, 5)
    assert capsys.readouterr().err == ""
    printed = threading.Event()

    def one_pause() -> Iterator[float]:
        yield 0.0
        printed.set()
        yield 60.0

    monkeypatch.setattr(progress, "pauses", one_pause)
    monkeypatch.setattr(Lines, "line", lambda _: "1 of 5 images")
    with watching() as watch:
        watch.message("a worker \x1b[1m ended")
        assert printed.wait(60)
    assert sorted(capsys.readouterr().err.splitlines()) == [
        "1 of 5 images",
        "a worker \\x1b[1m ended",
    ]


def test_bars_that_begin_while_output_is_redirected_leave_it_as_it_was(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    terminal = Console(file=io.StringIO(), force_terminal=True)
    monkeypatch.setattr(progress, "error_console", lambda: terminal)
    before, bars = sys.stdout, Bars("images")
    with redirect_stdout(io.StringIO()):
        bars("a", 0, 2)
    bars.close()
    assert sys.stdout is before
