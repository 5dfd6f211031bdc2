"""The setting IQABENCH_OFFLINE, enforced on a library that does not know it."""

import errno
import os
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

from iqabench.files import offline

_here = threading.local()


@contextmanager
def no_network_if_offline() -> Iterator[None]:
    """Keep this thread from the network while IQABENCH_OFFLINE is set."""
    _watch()
    _here.shut = offline()
    if _here.shut:  # Hugging Face's library, told before its import, does not try for a minute
        os.environ.setdefault("HF_HUB_OFFLINE", "1")
    try:
        yield
    finally:
        _here.shut = False


@cache
def _watch() -> None:
    """Add an audit hook, which Python calls before every connection, whatever library makes it."""
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo"} and getattr(_here, "shut", False):
        raise OSError(errno.ENETUNREACH, "IQABENCH_OFFLINE forbids the network")
