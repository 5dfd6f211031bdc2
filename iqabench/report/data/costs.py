"""Costs of models as rows: records of kind `cost`, whose set is a device and whose level is a size."""

import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from iqabench.report.data.aggregate import Results
from iqabench.report.data.labels import configuration_labels
from iqabench.report.data.subjects import Configuration, MeasuredColumn, Setting
from iqabench.store import Store

_ORDER = (
    "params",
    "macs",
    "flops",
    "activations",
    "conv_layers",
    "weights_mib",
    "latency_ms",
    "latency_ms_p90",
    "latency_ms_p99",
    "first_call_ms",
    "throughput_mpx_s",
    "memory_mib",
    "energy_j_per_mpx",
)
_COUNTED_IN_UNITS = ("weights_mib",)


@dataclass(frozen=True)
class SampledRatio:
    """The latency of one model divided by that of another, sampled in the same rounds."""

    to: str
    """Explicit name of the other model."""
    value: float
    interval: tuple[float, float] | None
    """95 % interval of the ratio."""


@dataclass(frozen=True)
class MeasuredCost:
    """One cost of one configuration at one size on one device."""

    setting: Setting
    """Setting whose set is the device and whose level is the size."""
    configuration: Configuration
    column: MeasuredColumn
    value: float | None
    error: str
    details: dict[str, Any]
    time: str

    @property
    def interval(self) -> tuple[float, float] | None:
        """95 % interval of a sampled cost. Details of a percentile hold the interval of the median: it has
        none.
        """
        of_median = self.details.get("p50")
        if of_median is not None and of_median != self.value:
            return None
        return pair_of(self.details.get("interval"))

    @property
    def ratio(self) -> "SampledRatio | None":
        """Ratio to the first model of the same profile; None unless they were sampled in turn."""
        found = self.details.get("ratio")
        if not isinstance(found, dict) or not isinstance(found.get("value"), (int, float)):
            return None
        return SampledRatio(
            str(found.get("to")), float(found["value"]), pair_of(found.get("interval"))
        )

    @property
    def subject(self) -> MeasuredColumn:
        """Column without the size: what may be compared from one size to another."""
        name = f"{self.column.metric}@{self.column.protocol}".removesuffix("@")
        return replace(self.column, column=name)

    @property
    def is_sized(self) -> bool:
        """True when the cost depends on the size of the input; parameters do not."""
        return self.column.column != self.subject.column

    @property
    def is_count(self) -> bool:
        """True when the cost is the same on every device."""
        return self.column.unit == "1" or self.column.metric in _COUNTED_IN_UNITS


def cost_order(column: MeasuredColumn) -> tuple[object, ...]:
    """Return the key that sorts columns of cost: counts first, then time, memory and energy."""
    place = _ORDER.index(column.metric) if column.metric in _ORDER else len(_ORDER)
    return place, column.metric, column.protocol, column.metric_version, column.protocol_hash


def pair_of(found: object) -> tuple[float, float] | None:
    """Return the two ends of an interval; None when the value is not one."""
    return (float(found[0]), float(found[1])) if isinstance(found, list) and found else None


def costs_of(results: Results) -> list[MeasuredCost]:
    """Return every cost in the results, by device, size, model and column."""
    if not any(setting.is_cost for setting in results.settings):
        return []
    found = results.query(_COSTS)
    return [
        MeasuredCost(
            results.settings[row["setting"]],
            results.configurations[row["configuration"]],
            results.columns[row["column"]],
            row["value"],
            row["error"],
            _read(row["details"]),
            row["time"],
        )
        for row in found
    ]


def cost_rows(store: Store, keys: Iterable[str] | None = None) -> list[dict[str, Any]]:
    """Return costs as plain rows, of all records or of those with these keys.

    Returns: dictionaries with `model device input scale column value unit better ci_low ci_high error` and
        what else one must know; `details` holds what stands behind the value. What is not there is None.
    """
    with Results(store, keys) as results:
        labels = configuration_labels(results.configurations)
        return [_row(cost, labels) for cost in costs_of(results)]


def with_costs(
    rows: Iterable[dict[str, Any]], costs: Iterable[dict[str, Any]]
) -> list[dict[str, Any]]:
    """Return rows of quality, each with the costs of its model in the same precision, by column names."""
    same = ("model", "model_hash", "scale", "precision", "random_weights")
    found: dict[tuple[Any, ...], dict[str, float | None]] = {}
    for cost in costs:
        key = (*(cost[n] for n in same), cost["device_class"])
        found.setdefault(key, {})[cost["column"]] = cost["value"]
    return [{**row, **found.get((*(row[n] for n in same), row["device"]), {})} for row in rows]


_COSTS = """
SELECT numbered.setting, configuration, numbered."column", error, details, time,
       CASE WHEN status = 'ok' AND NOT isnan(value) THEN value END AS value
FROM records JOIN numbered USING (key) WHERE kind = 'cost'
ORDER BY numbered.setting, configuration, numbered."column"
"""


def _row(cost: MeasuredCost, labels: dict[Configuration, str]) -> dict[str, Any]:
    how, place, column = cost.configuration, cost.setting, cost.column
    low, high = cost.interval or (None, None)
    return {
        "model": how.model, "label": labels[how], "device": place.set, "input": place.level,
        "scale": place.scale, "column": column.column, "value": cost.value, "unit": column.unit,
        "better": column.better, "ci_low": low, "ci_high": high, "error": cost.error,
        "probe": column.metric, "convention": column.protocol, "precision": how.precision,
        "mode": how.mode, "device_class": how.device_class, "random_weights": how.random_weights,
        "model_hash": how.model_hash, "time": cost.time, "details": cost.details,
    }  # fmt: skip


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text or "{}")
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
