"""Degradations, for `list` and `show`."""

from dataclasses import asdict
from typing import Any

from iqabench.degradations import degradations


def rows() -> list[dict[str, Any]]:
    """Return one row for each degradation."""
    return [show(name) for name in degradations().names()]


def show(name: str) -> dict[str, Any]:
    """Return the facts of one degradation."""
    facts = asdict(degradations().get(name))
    facts.pop("function", None)
    return facts
