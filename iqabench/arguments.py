"""Arguments of the Python interface: they are checked as click checks those of the command line."""

from collections.abc import Iterable, Mapping
from numbers import Integral
from os import PathLike, fspath
from pathlib import Path
from typing import Any, TypeVar, get_type_hints

from pydantic import TypeAdapter, ValidationError

from iqabench.errors import UsageError
from iqabench.places import is_url

T = TypeVar("T")


_LONGEST = 255
"""The most characters of a name, and of each part of a path, that a file system knows."""


def as_names(value: Any, argument: str, *, least: int = 0) -> list[str]:
    """Return one name or several as a list; a path counts as a name.

    Raises: UsageError for anything else, and for fewer than `least`.
    """
    single = isinstance(value, (str, PathLike))
    if not single and (isinstance(value, (bytes, Mapping)) or not isinstance(value, Iterable)):
        raise UsageError(
            f"{argument} is {_shown(value)}; expected a name or a list of names, as text."
        )
    names = [as_name(item, argument) for item in ([value] if single else value)]
    if len(names) < least:
        raise UsageError(f"{argument} names nothing; expected a name or a list of names, as text.")
    return names


def as_name(value: Any, argument: str) -> str:
    """Return one name; a path counts as a name.

    Raises: UsageError for anything else.
    """
    name = fspath(value) if isinstance(value, PathLike) else value
    if not isinstance(name, str) or not name.strip() or "\0" in name:
        raise UsageError(f"{argument} is {_shown(value)}; expected a name, as text.")
    if not name.startswith("cmd:") and max(map(len, name.split("/"))) > _LONGEST:
        raise UsageError(f"{argument} has {len(name)} characters; expected a name, as text.")
    return name


def as_path(value: Any, argument: str) -> Path:
    """Return a folder or a file as a path.

    Raises: UsageError for anything but text and paths, and for an empty text.
    """
    try:
        return Path(as_name(value, argument))
    except UsageError as error:
        message = str(error).replace("a name, as text", "the path of a folder or a file")
        raise UsageError(message) from error


def as_address(value: Any, argument: str) -> str | Path:
    """Return the address of a store: a url as text, and anything else as the path of a folder.

    Raises: UsageError for anything but text and paths, and for an empty text.
    """
    return value if is_url(value) else as_path(value, argument)


def as_whole_number(value: Any, argument: str, least: int = 0) -> int:
    """Return a whole number, of numpy too, that is not less than `least`.

    Raises: UsageError for anything else.
    """
    if not isinstance(value, Integral) or isinstance(value, bool) or value < least:
        raise UsageError(
            f"{argument} is {_shown(value)}; expected a whole number of {least} or more."
        )
    return int(value)


def as_options(kind: type[T], values: Mapping[str, Any]) -> T:
    """Return the options of a dataclass from keyword arguments; nothing is converted but lists and numpy's.

    Raises: UsageError naming the option that is unknown or has a wrong value, and what was expected.
    """
    types = get_type_hints(kind, include_extras=True)
    plain = {name: _plain(value) for name, value in values.items()}
    for name, value in plain.items():
        if name not in types:
            raise UsageError(f"there is no option '{name}'; expected one of {', '.join(types)}.")
        try:
            TypeAdapter(types[name]).validate_python(value, strict=True)
        except ValidationError as error:
            message = error.errors(include_url=False)[0]["msg"]
            wanted = message.replace("Input should be", "expected")
            raise UsageError(f"{name} is {_shown(value)}; {wanted}.") from error
    return kind(**plain)


def _plain(value: Any) -> Any:
    """Return whole numbers of numpy as int, and lists as tuples, which options hold."""
    if isinstance(value, Integral) and not isinstance(value, (bool, int)):
        return int(value)
    return tuple(value) if isinstance(value, list) else value


def _shown(value: Any) -> str:
    """Return a value as it is shown in messages: short, with its type where that says more."""
    text = repr(value)
    is_short = len(text) <= 40 and "\n" not in text and " at 0x" not in text
    return text if is_short else f"of the type {type(value).__name__}"
