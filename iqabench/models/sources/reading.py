"""The data files that a user's code reads while its network is made, such as options beside it.

Python tells of every file that it opens (`sys.addaudithook`). The file is put down to the user's code that
asked for it, so that the answer does not depend on what else the process has loaded.
"""

import os
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType

from iqabench.models.sources.places import is_data, is_users

_DEPTH = 60
"""The number of calls that are looked through for the user's code."""

_read: dict[str, set[str]] = {}
"""The files that were opened by each file of code; they stay, because a module is run only once."""
_watched: dict[int, float] = {}
"""The threads that are watched, with the time since when."""
_installed = threading.Event()


@contextmanager
def watching_reads() -> Iterator[None]:
    """Note the data files that the user's code opens in this block, in this thread."""
    if not _installed.is_set():
        _installed.set()
        sys.addaudithook(_hear)
    thread = threading.get_ident()
    outer = _watched.get(thread)
    _watched[thread] = outer or time.time()
    try:
        yield
    finally:
        if outer is None:
            del _watched[thread]


def read_by(code: Iterable[Path]) -> list[Path]:
    """Return the data files that these files of code have opened, in order."""
    return sorted({Path(name) for file in code for name in _read.get(str(file.absolute()), ())})


def _hear(event: str, arguments: tuple[object, ...]) -> None:
    if event != "open" or threading.get_ident() not in _watched:
        return
    try:
        _note(*arguments[:3])
    except (
        OSError,
        ValueError,
        TypeError,
    ):  # a hook that raises would break the call that it hears of
        return


def _note(name: object, mode: object, flags: object) -> None:
    if isinstance(mode, str):
        reads = "r" in mode and "+" not in mode
    else:
        reads = isinstance(flags, int) and not flags & (os.O_WRONLY | os.O_RDWR)
    if not reads or not isinstance(name, (str, bytes, os.PathLike)):
        return
    path = Path(os.fsdecode(name)).absolute()
    since = _watched[threading.get_ident()]
    if (
        not is_data(path) or path.stat().st_mtime > since
    ):  # it was written just now, by the code itself
        return
    code = _users_code(sys._getframe(2))
    if code:
        _read.setdefault(code, set()).add(str(path))


def _users_code(frame: FrameType | None) -> str:
    """Return the file of the innermost code of the user that led to a frame; empty where there is none."""
    for _ in range(_DEPTH):
        if frame is None:
            break
        name = frame.f_code.co_filename
        if name.endswith(".py") and is_users(Path(name)):
            return str(Path(name).absolute())
        frame = frame.f_back
    return ""
