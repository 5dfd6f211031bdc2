"""IQABENCH_OFFLINE, kept for a library that does not know of it."""

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
    """Where IQABENCH_OFFLINE is set, this thread cannot reach the network within it."""
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
    """Python tells audit hooks of every connection before it is made, whatever library asks for it."""
    sys.addaudithook(_refuse)


def _refuse(event: str, _: tuple[Any, ...]) -> None:
    if event in {"socket.connect", "socket.getaddrinfo"} and getattr(_here, "shut", False):
        raise OSError(errno.ENETUNREACH, "IQABENCH_OFFLINE forbids the network")
