"""Faults at chosen moments of a command: at the n-th call of a function something happens."""

from collections.abc import Callable
from typing import Any

Happening = Callable[[], object]


def at_call(
    owner: Any, name: str, count: int, happening: Happening, *, after: bool = False
) -> None:
    """Let something happen at the call with this count of a function, before it or after it.

    Openings count only when they are for writing.
    """
    function = getattr(owner, name)
    calls = 0

    def counted(*arguments: Any, **named: Any) -> Any:
        nonlocal calls
        mode = named.get("mode", arguments[1] if len(arguments) > 1 else "r")
        if name == "open" and not set(mode) & set("wax+"):
            return function(*arguments, **named)
        calls += 1
        if calls == count and not after:
            happening()
        result = function(*arguments, **named)
        if calls == count and after:
            happening()
        return result

    setattr(owner, name, counted)
