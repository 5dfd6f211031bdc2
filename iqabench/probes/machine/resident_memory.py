"""The growth of this process's resident memory during a call."""

import ctypes
import gc
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import psutil

CLEAR = Path("/proc/self/clear_refs")
STATUS = Path("/proc/self/status")
_SLACK = 1 << 20
"""Bytes by which the highest mark may be above the present one just after it was reset."""
_EVERY_S = 0.0005


def memory_growth(run: Callable[[], object]) -> tuple[int, str]:
    """Run a call and return the bytes at its highest point above what was resident before, and the method.

    Garbage is collected and what the C library has kept of freed memory is given back first: else the call
    would take that unseen, or it would go while the call runs and hide as much of the growth.
    """
    gc.collect()
    _trim()
    at_rest = _reset_mark()
    if at_rest is None:
        return _watched(run), "a thread that looked every 0.5 ms: short peaks may be missed"
    run()
    return max(0, _status("VmHWM") - at_rest), "the kernel's highest mark of resident memory, reset"


def _trim() -> None:
    if sys.platform == "win32":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)  # glibc has it
    if trim is not None:
        trim(0)


def _reset_mark() -> int | None:
    """Reset the highest mark to what is resident, and return it; return None where that cannot be done.

    The mark is compared with itself: the resident size beside it is summed up more exactly by some kernels,
    and on many processors the two lie megabytes apart.
    """
    try:
        CLEAR.write_text("5")
        mark = _status("VmHWM")
        return mark if mark - _status("VmRSS") < _SLACK else None
    except (OSError, KeyError):
        return None


def _status(name: str) -> int:
    lines = dict(x.split(":", 1) for x in STATUS.read_text().splitlines() if ":" in x)
    return int(lines[name].split()[0]) * 1024


def _watched(run: Callable[[], object]) -> int:
    process = psutil.Process()
    at_rest = highest = process.memory_info().rss
    over = threading.Event()

    def watch() -> None:
        nonlocal highest
        while not over.wait(_EVERY_S):
            highest = max(highest, process.memory_info().rss)

    thread = threading.Thread(target=watch, daemon=True)
    thread.start()
    try:
        run()
    finally:
        over.set()
        thread.join()
    return max(highest, process.memory_info().rss) - at_rest
