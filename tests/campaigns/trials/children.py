"""Commands in forked processes, several at a time: the package is imported once, in their parent.

A start of the command line takes seconds, nearly all of them for imports. A fork has them done, and is a
process like any other: it can be killed, can crash, and has a memory of its own.
"""

import contextlib
import os
import signal
import sys
import time
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import NoReturn

import psutil

from iqabench.cli.main import main
from trials.trial import MEMORY_MIB, TRACE, Command, Ended, Steps, Trial

_PAUSE_S = 0.01
_LOOKS_S = 0.1
"""The seconds between two looks at the memory of a command, which cost more than a look at its end."""


def preload() -> None:
    """Import what commands import, so that forks need not; nothing is computed, no thread is started."""
    for name in (
        "torch", "torchvision", "cv2", "duckdb", "matplotlib.figure", "pandas", "scipy.stats",
        "rich.progress",
        "onnxruntime", "spandrel", "h5py", "iqabench.api", "iqabench.report", "iqabench.explain",
        "iqabench.cli.run", "iqabench.cli.score", "iqabench.cli.report", "iqabench.cli.fetch",
        "iqabench.boards", "iqabench.challenge", "iqabench.report.data.board_report",
        "iqabench.run", "iqabench.run.scoring", "iqabench.run.profile", "iqabench.compress",
    ):  # fmt: skip
        with contextlib.suppress(ImportError):
            import_module(name)


def draw_one_board() -> None:
    """Give reports the page of one board: those of all of them take as long as all other pages."""
    site = import_module("iqabench.report.pages.core.site")
    name, board = next(iter(site.boards().items()))
    vars(site)["boards"] = lambda: {name: board}


@dataclass
class _Child:
    """A command in work, and its trial."""

    trial: Trial
    steps: Steps
    command: Command
    process: int
    start: float
    out: Path
    err: Path
    looked: float = 0.0
    """The time of the last look at its memory, from its start."""
    peak_mib: float = 0.0
    stopped: str = ""
    killed: bool = field(default=False)


def run_trials(trials: Iterable[Trial], work: Path, jobs: int) -> Iterator[tuple[Trial, str]]:
    """Run trials, `jobs` at a time, each in a folder of its own; give each with what was wrong with it."""
    waiting = iter(enumerate(trials))
    living: list[_Child] = []
    while True:
        while len(living) < jobs:
            nxt = next(waiting, None)
            if nxt is None:
                break
            number, trial = nxt
            folder = work / f"{number:05d}"
            folder.mkdir(parents=True)
            yield from _go_on(trial, trial.steps(folder), None, living)
        if not living:
            return
        time.sleep(_PAUSE_S)
        for child in list(living):
            if ended := _look_at(child):
                living.remove(child)
                yield from _go_on(child.trial, child.steps, ended, living)


def _go_on(
    trial: Trial, steps: Steps, ended: Ended | None, living: list[_Child]
) -> Iterator[tuple[Trial, str]]:
    """Start the next command of a trial, or give its result."""
    try:
        command = next(steps) if ended is None else steps.send(ended)
    except StopIteration as end:
        yield trial, end.value or ""
    except Exception:  # noqa: BLE001 - a fault of the trial itself is a failure, too
        yield trial, traceback.format_exc().strip()[-600:]
    else:
        living.append(_start(trial, steps, command))


def _start(trial: Trial, steps: Steps, command: Command) -> _Child:
    out, err = (command.folder.with_name(f"{command.folder.name}.{end}") for end in ("out", "err"))
    sys.stdout.flush()
    sys.stderr.flush()
    process = os.fork()
    if process == 0:
        _be(command, out, err)
    return _Child(trial, steps, command, process, time.monotonic(), out, err)


def _be(command: Command, out: Path, err: Path) -> NoReturn:
    """Be the command: run it and end this process."""
    status = 1
    try:
        os.setsid()
        for place, flags, handle in (
            (os.devnull, os.O_RDONLY, 0),
            (out, _WRITE, 1),
            (err, _WRITE, 2),
        ):
            os.dup2(os.open(place, flags, 0o600), handle)
        os.environ.update(command.environment)
        os.chdir(command.folder)
        command.before()
        status = _status_of(command)
    except BaseException:  # noqa: BLE001 - as the interpreter does it
        traceback.print_exc()
    finally:
        with contextlib.suppress(Exception):
            sys.stdout.flush()
            sys.stderr.flush()
        os._exit(status)


_WRITE = os.O_WRONLY | os.O_CREAT | os.O_TRUNC


def _status_of(command: Command) -> int:
    if command.action is not None:
        command.action()
        return 0
    sys.argv = ["iqabench", *command.words]
    try:
        main()
    except SystemExit as end:
        return end.code if isinstance(end.code, int) else 0
    return 0


def _look_at(child: _Child) -> Ended | None:
    """Return the end of a command that has ended; send it its signal, and stop it at its limits."""
    seconds = time.monotonic() - child.start
    done, code, usage = os.wait4(child.process, os.WNOHANG)
    if not done:
        if child.command.kill and not child.killed and seconds >= child.command.kill[1]:
            child.killed = True
            _send(child.process, child.command.kill[0])
        _check_limits(child, seconds)
        return None
    _send_group(child.process)  # what it started ends with it
    peak = max(child.peak_mib, usage.ru_maxrss / 1024)
    status = -os.WTERMSIG(code) if os.WIFSIGNALED(code) else os.WEXITSTATUS(code)
    out, err = (path.read_text(errors="replace") for path in (child.out, child.err))
    executed = any(child.command.folder.rglob(TRACE))
    return Ended(status, out, err, seconds, peak, child.stopped, executed)


def _check_limits(child: _Child, seconds: float) -> None:
    if seconds < child.looked + _LOOKS_S:
        return
    child.looked = seconds
    with contextlib.suppress(psutil.Error):
        child.peak_mib = max(
            child.peak_mib, psutil.Process(child.process).memory_info().rss / 2**20
        )
    if child.stopped:
        return
    if seconds > child.command.limit_s:
        child.stopped = f"still running after {seconds:.0f} s"
    elif child.peak_mib > MEMORY_MIB:
        child.stopped = f"took more than {MEMORY_MIB} MiB of memory"
    if child.stopped:
        _send_group(child.process)


def _send(process: int, number: signal.Signals) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(process, number)


def _send_group(process: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process, signal.SIGKILL)
