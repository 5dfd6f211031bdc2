"""Several options as one value, so that a command with many options takes few arguments."""

import functools
from collections.abc import Callable
from dataclasses import fields
from typing import Any

Command = Callable[..., Any]
Decorator = Callable[[Command], Command]


def bundle(argument: str, kind: type[Any], *options: Decorator) -> Decorator:
    """Add options to a command that takes their values as one argument, an instance of the dataclass `kind`.

    The dataclass has a field for each of the options, under the name of its parameter.
    """
    names = [field.name for field in fields(kind)]

    def decorate(command: Command) -> Command:
        @functools.wraps(command)
        def bundled(**values: Any) -> Any:
            parts = {name: values.pop(name) for name in names}
            return command(**values, **{argument: kind(**parts)})

        decorated: Command = bundled
        for option in reversed(options):
            decorated = option(decorated)
        return decorated

    return decorate
