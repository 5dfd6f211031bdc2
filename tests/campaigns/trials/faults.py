"""Faults at chosen moments of a command: at the n-th call of a function something happens."""

from collections.abc import Callable
from typing import Any

Happening = Callable[[], object]


def at_call(
    owner: Any, name: str, count: int, happening: Happening, *, after: bool = False
) -> None:
    """Let something happen at the call with this count of a function, before it or after it."""
    function = getattr(owner, name)
    calls = 0

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == count and not after:
            happening()
        result = function(*arguments, **named)
        if calls == count and after:
            happening()
        return result

    setattr(owner, name, counted)
