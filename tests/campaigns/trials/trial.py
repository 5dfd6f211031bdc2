"""Trials: each is a generator that asks for commands, sees how they ended, and returns what was wrong."""

import re
import signal
from collections.abc import Callable, Generator
from dataclasses import dataclass, field
from pathlib import Path

LIMIT_S = 60.0
"""A command that takes longer has hung."""
MEMORY_MIB = 4096
TRACE = "EXECUTED"
"""The name of the file that the payloads of damaged inputs write when they are executed."""
_CHATTER = re.compile(
    r"^(Traceback|\[ ?(ERROR|WARN|INFO)|libpng|TIFF(Read|Fetch|Open|Fill)|.*Warning:|OMP:|terminate called)",
    re.MULTILINE,
)


@dataclass
class Command:
    """One command in a process of its own."""

    words: list[str]
    """The words after `iqabench`."""
    folder: Path
    """The folder in which it runs; files that it must not write are looked for there."""
    before: Callable[[], None] = lambda: None
    """Called in the process before the command, to place a fault at a chosen moment."""
    action: Callable[[], object] | None = None
    """Called in place of the command, as in reading a store."""
    kill: tuple[signal.Signals, float] | None = None
    """A signal, and the seconds after which it is sent."""
    environment: dict[str, str] = field(default_factory=dict)
    limit_s: float = LIMIT_S


@dataclass
class Ended:
    """The end of a command."""

    status: int
    """The exit status; below zero the number of the signal that ended it."""
    out: str
    err: str
    seconds: float
    memory_mib: float
    stopped: str = ""
    """The reason for which the campaign stopped it: time or memory."""
    executed: bool = False
    """True when a payload was executed."""

    def fault(self, *statuses: int) -> str:
        """Return what is wrong with an end that should be orderly, with one of these exit statuses."""
        if self.executed:
            return "a payload was executed"
        if self.stopped:
            return self.stopped
        if match := _CHATTER.search(self.err):
            lines = [line for line in self.err.splitlines() if line.strip()]
            return f"printed {match[0]!r}: {lines[-1][:200] if lines else ''}"
        if self.status not in (statuses or (0, 1, 2, 3)):
            return f"exit status {self.status}: {self.err.strip()[-200:]}"
        return ""


Steps = Generator[Command, Ended, str]
"""A trial in work: it yields commands, is sent their ends, and returns what was wrong, or nothing."""


@dataclass(frozen=True)
class Trial:
    """One trial."""

    kind: str
    """The class by which trials are counted, as in "damage: png"."""
    name: str
    """The words by which this trial is found again."""
    steps: Callable[[Path], Steps]
    """Begins the trial in a folder of its own."""
