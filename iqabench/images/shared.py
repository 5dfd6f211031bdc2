"""What is computed once and asked for by name."""

import threading
from collections.abc import Callable
from typing import Any, Self, TypeVar, cast

T = TypeVar("T")


class Shared:
    """Something that keeps what was computed from it."""

    def __init__(self) -> None:
        self._shared: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}

    def shared(self, name: str, make: Callable[[Self], T]) -> T:
        """What `make` computes from this, computed once and kept under `name`.

        Metrics may ask from several threads; `make` may ask for other names.
        """
        if name not in self._shared:
            with self._locks.setdefault(name, threading.Lock()):
                if name not in self._shared:
                    self._shared[name] = make(self)
        return cast(T, self._shared[name])
