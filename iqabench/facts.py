"""Facts in YAML, read into pydantic models; a mistake is reported with its file and line."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from iqabench import yaml_loader
from iqabench.errors import FactsError

_SHOWN = 10
"""The mistakes of a file that are printed; the others are counted."""


class Facts(BaseModel):
    """The base of every declared thing: unknown fields are refused, and nothing changes later."""

    model_config = ConfigDict(extra="forbid", frozen=True)


F = TypeVar("F", bound=BaseModel)


def read_yaml(path: Path) -> Any:
    """Return the plain content of a YAML file.

    Raises: FactsError when the file is absent, is not UTF-8, is not YAML, or holds a key twice.
    """
    return _load(path)[0]


def _load(path: Path) -> tuple[Any, yaml.Node | None]:
    try:
        return yaml_loader.load(path.read_bytes())
    except OSError as error:
        raise FactsError(f"{path}: cannot be read: {error.strerror}.") from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 0
        raise FactsError(f"{path}:{line}: this is not YAML: {error.problem}.") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FactsError(f"{path}: this is not YAML: {error}.") from error


def validate(model: type[F], data: Any, path: Path, at: Sequence[str | int] = ()) -> F:
    """Return `data`, which stands in the file `path` at the keys `at`, as a `model`.

    Raises: FactsError naming file, line and key of each thing that is wrong.
    """
    try:
        return model.model_validate(data)
    except ValidationError as error:
        errors = error.errors(include_url=False, include_input=False)
        root = _tree(path, path.stat().st_mtime_ns)
        mistakes = [
            f"{path}:{_line(root, [*at, *e['loc']])}: {_dotted([*at, *e['loc']])}: {e['msg']}"
            for e in errors[:_SHOWN]
        ]
        if len(errors) > _SHOWN:
            mistakes.append(f"... and {len(errors) - _SHOWN} more mistakes.")
        raise FactsError("\n".join(mistakes)) from error


def line_of(path: Path, keys: Sequence[object]) -> int:
    """Return the line of a YAML file to which keys and positions lead, or the nearest line above it."""
    return _line(_tree(path, path.stat().st_mtime_ns), keys)


@lru_cache(4)
def _tree(path: Path, _: int) -> yaml.Node | None:
    """Return the nodes of a file with this time of change: many mistakes of one file are looked up."""
    return _load(path)[1]


def _dotted(keys: Iterable[object]) -> str:
    return ".".join(str(k) for k in keys) or "(the whole file)"


def _line(node: Any, keys: Sequence[object]) -> int:
    """Return the line of the deepest node that the keys lead to."""
    line = int(node.start_mark.line) + 1 if node is not None else 1
    for key in keys:
        if isinstance(node, yaml.MappingNode):
            values = [(k, v) for k, v in node.value if str(k.value) == str(key)]
            if not values:
                continue  # pydantic inserts type names that are not in the file
            line, node = values[0][0].start_mark.line + 1, values[0][1]
        elif isinstance(node, yaml.SequenceNode) and isinstance(key, int) and key < len(node.value):
            node = node.value[key]
            line = node.start_mark.line + 1
    return line
