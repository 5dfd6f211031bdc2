"""The supervisor of a command: a process that outlives a model that crashes (see `iqabench.crashes`).

The program forks before anything heavy is imported, which takes about a millisecond. The child runs the
command. The parent only waits, passes signals on, and ends as the child does. When the child has ended in the
middle of a model's work, the parent forks again: records are kept in the store, so the next child goes on
from there, without that model.

The child is killed when its parent is, so that no command writes records after its end. Where a system lacks
the calls for this (all but Linux), a crash costs the run, and the same command goes on from there.
"""

import ctypes
import os
import signal
import sys
import threading
from collections.abc import Container
from pathlib import Path
from typing import NoReturn

from iqabench.cli.messages import tell
from iqabench.crashes import CrashAccount, keep_account
from iqabench.places import is_file

_PASSED_ON = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2")
_ON_REQUEST = ("SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGPIPE", "SIGALRM")
"""The signals by which somebody ends a process; others are crashes."""
_PARENT_DEATH_SIGNAL = 1
"""PR_SET_PDEATHSIG of Linux's prctl."""


def is_program() -> bool:
    """Return whether this process was started as the program `iqabench`, and not by other Python code."""
    return Path(sys.argv[0]).stem == "iqabench" and is_file(Path(sys.argv[0]))


def supervise(commands: Container[str]) -> None:
    """Go on in a child process when the command is one of these; return at once otherwise."""
    wanted = any(word in commands for word in sys.argv[1:2])
    if not wanted or sys.platform != "linux" or threading.active_count() > 1:
        return
    account = CrashAccount()
    signals = {signal.SIGCHLD, *(getattr(signal, name) for name in _PASSED_ON)}
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    while True:
        parent = os.getpid()
        child = os.fork()
        if not child:
            _die_with(parent)
            signal.pthread_sigmask(signal.SIG_SETMASK, before)
            keep_account(account)
            return
        status = _wait(child, signals)
        if not note_crash(account, status):
            _end_as(status)


def _wait(child: int, signals: set[signal.Signals]) -> int:
    """Wait for the end of the child and return its status as `os.waitpid` does; pass signals on meanwhile."""
    while True:
        received = signal.sigwaitinfo(signals)
        if received.si_signo != signal.SIGCHLD:
            # A terminal has sent the signal to the whole group; a process (a code of 0 or less) only to us.
            # That its window was closed, it tells only the leader of its session.
            is_leader = os.getsid(0) == os.getpid()
            if received.si_code <= 0 or (received.si_signo == signal.SIGHUP and is_leader):
                os.kill(child, received.si_signo)
            continue
        ended, status = os.waitpid(child, os.WNOHANG)
        if ended:
            return status


def note_crash(account: CrashAccount, status: int) -> bool:
    """Note a crash and tell of it; return False when the child has ended in another way."""
    activity = account.read()
    number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else None
    if number is not None and signal.Signals(number).name in _ON_REQUEST:
        return False
    ending = (
        f"ended with status {os.waitstatus_to_exitcode(status)}"
        if number is None
        else f"ended with signal {number} ({signal.Signals(number).name})"
    )
    if activity is None:
        if number is not None:
            tell(
                f"error: the command {ending}. Finished results are kept; the same command goes on "
                "from there."
            )
        return False
    place = (activity.stage, activity.identity)
    if place in account.crashes:
        return False
    account.isolates = not activity.isolated
    if account.isolates:
        account.write(None)
        tell(
            f"note: {activity.model}: the process {ending} while the model was {activity.text}, and other "
            "images were decoded or scored. The command goes on with one image at a time, to find the cause."
        )
        return True
    hint = "; the memory was not enough, most likely" if number == signal.SIGKILL else ""
    account.crashes[place] = f"the process {ending} while the model was {activity.text}{hint}."
    account.write(None)
    tell(f"note: {activity.model}: {account.crashes[place]} The command goes on without it.")
    return True


def _end_as(status: int) -> NoReturn:
    """End this process as its child has ended."""
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number != signal.SIGKILL:
            signal.signal(number, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {number})
        os.kill(os.getpid(), number)
    os._exit(os.waitstatus_to_exitcode(status) if os.WIFEXITED(status) else 1)


def _die_with(parent: int) -> None:
    """Ask the system to kill this process when its parent ends."""
    ctypes.CDLL(None).prctl(_PARENT_DEATH_SIGNAL, signal.SIGKILL)
    if os.getppid() != parent:  # it has ended before the request
        os._exit(1)
