"""Metrics, for `list` and `show`."""

import inspect
from collections.abc import Sequence
from typing import Any

from iqabench.files import RemoteFile
from iqabench.metrics import Metric, SetMetric, any_metric, metrics, set_metrics
from iqabench.metrics.core.agreement import Agreement, agreement

_COMPARES = {
    "full": "output and target",
    "none": "output alone",
    "inputs": "output and inputs",
    "cost": "nothing: a cost",
    "clip": "clip and target",
    "pool": "output and pool",
    "set": "two sets",
}
HIDDEN = ("identical", "least side", "oracle", "agreement", "ms/MP GPU", "version", "source")
"""Columns that a terminal has no room for."""


def rows() -> list[dict[str, Any]]:
    """Return one row for each metric."""
    return [_row(part) for part in sorted([*metrics(), *set_metrics()], key=lambda m: m.name)]


def _row(part: Metric | SetMetric) -> dict[str, Any]:
    main = next(iter(agreement(part.name)), None)
    return {
        "metric": part.name,
        "compares": _COMPARES[part.reference],
        "range": _range(part),
        "better": part.better,
        "unit": part.unit,
        "identical": part.identical,
        "least side": part.min_size,
        "oracle": main.oracle if main else None,
        "agreement": main.difference if main else None,
        "ms/MP CPU": part.cost,
        "ms/MP GPU": _gpu_cost(part),
        "version": part.version,
        "what": part.title,
        "source": part.source,
    }


def show(name: str) -> dict[str, Any]:
    """Return the facts of one metric."""
    part = any_metric(name)
    gpu = _gpu_cost(part)
    return {
        "name": part.name,
        "what": part.title,
        "compares": _COMPARES[part.reference],
        "range": _range(part),
        "better": part.better,
        "unit": part.unit,
        "value for identical images": None if part.identical is None else f"{part.identical:g}",
        "source": part.source,
        "looks at colour": None if isinstance(part, SetMetric) else part.colour,
        "least side": f"{part.min_size} pixels",
        "least images": part.least_images if isinstance(part, SetMetric) else None,
        "files it needs": _files(part.files),
        "oracle and agreement": {a.oracle: _said(a, part.unit) for a in agreement(name)},
        "other libraries": _remarks(agreement(name)),
        "tolerance": f"{part.tolerance:g} between devices",
        "cost on CPU": f"{part.cost:g} ms per megapixel, one thread"
        if part.cost
        else "not measured",
        "cost on GPU": "not measured" if gpu is None else f"{gpu:g} ms per megapixel",
        "version": part.version,
        "says": inspect.getdoc(part.features if isinstance(part, SetMetric) else part.function),
        "file": (set_metrics() if isinstance(part, SetMetric) else metrics()).origin(name),
    }


def _range(part: Metric | SetMetric) -> str:
    return f"{part.low:.9g}..{part.high:.9g}"


def _gpu_cost(part: Metric | SetMetric) -> float | None:
    """Return milliseconds per megapixel, an optional fact: None where nobody measured them."""
    return part.gpu_cost


def _files(files: Sequence[RemoteFile]) -> dict[str, str]:
    """Return the place of each file, by name."""
    return {file.name: file.url or file.page or "to be handed over" for file in files}


def _said(row: Agreement, unit: str) -> str:
    kind = "relative" if row.relative else "absolute" if unit == "1" else unit
    amount = f"{row.largest_difference:.1e} {kind}" if row.largest_difference else "no difference"
    return f"{amount}, the largest of {row.pairs} ({row.measured_on})"


def _remarks(agreements: Sequence[Agreement]) -> str | None:
    remarks = [row.other_libraries for row in agreements if row.other_libraries]
    return "; ".join(dict.fromkeys(remarks)) or None
