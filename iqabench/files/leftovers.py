"""The leftovers of fetches that were killed: unfinished copies, and downloads that nobody goes on with.

A partial download is kept for the next fetch of the same file, which goes on behind it.
"""

import contextlib
import os
import time
from pathlib import Path

from iqabench.atomic import remove_dead_parts
from iqabench.files.home import home

_OLD_S = 30 * 86400.0
"""Seconds after which nobody is expected to go on with a download."""


def remove_leftovers() -> None:
    """Remove copies of processes that do not live any more, and downloads that are 30 days old."""
    remove_dead_parts(home())
    folder = home() / "partial"
    remove_dead_parts(folder)
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if time.time() - entry.stat().st_mtime > _OLD_S:
                Path(entry.path).unlink(missing_ok=True)
