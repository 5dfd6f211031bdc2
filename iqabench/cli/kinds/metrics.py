"""Metrics, for `list` and `show`."""

import inspect
from dataclasses import fields
from typing import Any

from iqabench.metrics import metrics


def rows() -> list[dict[str, Any]]:
    """One row for each metric."""
    return [
        {
            "metric": m.name,
            "better": m.better,
            "unit": m.unit,
            "identical": m.identical,
            "looks at": "colour" if m.colour else "any",
            "least side": m.min_size,
            "ms/MP": m.cost,
            "version": m.version,
            "what": m.title,
        }
        for m in metrics()
    ]


def show(name: str) -> dict[str, Any]:
    """The facts of one metric."""
    found = metrics().get(name)
    facts = {f.name: getattr(found, f.name) for f in fields(found) if f.name != "function"}
    return {**facts, "says": inspect.getdoc(found.function), "file": metrics().origin(name)}
