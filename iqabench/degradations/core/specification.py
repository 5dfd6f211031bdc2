"""Specifications: named families of degradations, as data, with a hash over all that affects a pixel."""

import hashlib
import json
from functools import cache
from pathlib import Path
from typing import Any

from iqabench.errors import SetError, UnknownNameError
from iqabench.facts import Facts, read_yaml, validate

_FILE = Path(__file__).parents[1] / "specifications.yaml"


class Specification(Facts):
    """Degradations that are applied one after the other, once for each value of a keyword of the first."""

    name: str
    summary: str
    source: str
    steps: tuple[dict[str, Any], ...]
    """The steps, each with the name of its degradation and its keywords besides the scale."""
    varies: str
    """The keyword of the first step that varies, such as sigma."""
    values: dict[str, tuple[float, ...]]
    """Its values by the level of the set, such as x4."""

    def chains(self, level: str) -> dict[str, list[dict[str, Any]]]:
        """Return the steps for each value at a level, by a label such as sigma1.8.

        Raises: SetError for a level that it lacks.
        """
        if level not in self.values:
            raise SetError(
                f"the degradations '{self.name}' have no values at {level}; they have "
                f"{', '.join(self.values)}."
            )
        first, *others = self.steps
        return {
            f"{self.varies}{value:g}": [{**first, self.varies: value}, *others]
            for value in self.values[level]
        }


def specification(name: str) -> Specification:
    """Return the specification of that name.

    Raises: UnknownNameError with suggestions.
    """
    known = specifications()
    if name not in known:
        raise UnknownNameError("specification of degradations", name, list(known))
    return known[name]


@cache
def specifications() -> dict[str, Specification]:
    """Return all specifications by name."""
    rows = [validate(Specification, row, _FILE, [at]) for at, row in enumerate(read_yaml(_FILE))]
    return {row.name: row for row in rows}


def specification_hash(steps: list[Any]) -> str:
    """Return the hash of a chain of steps with all their keywords and versions: 12 hexadecimal digits."""
    text = json.dumps(steps, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:12]
