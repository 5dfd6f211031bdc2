"""Values that are computed once and looked up by name."""

import threading
from collections.abc import Callable
from typing import Any, Self, TypeVar, cast

T = TypeVar("T")


class Shared:
    """An object that keeps the values computed from it."""

    def __init__(self) -> None:
        self._shared: dict[str, Any] = {}
        self._locks: dict[str, threading.Lock] = {}

    def shared(self, name: str, make: Callable[[Self], T]) -> T:
        """Return the value that `make` computes from this object, computed once and kept under `name`.

        Several threads may call it; `make` may look up other names.
        """
        if name not in self._shared:
            with self._locks.setdefault(name, threading.Lock()):
                if name not in self._shared:
                    self._shared[name] = make(self)
        return cast(T, self._shared[name])
