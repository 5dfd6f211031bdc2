"""Values of a board's columns in a store: means with their intervals, and costs with theirs."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np

from iqabench.boards import Board, BoundedValue, ColumnFacts, Quantity
from iqabench.report.data.aggregate import Mean, Results
from iqabench.report.data.costs import MeasuredCost, costs_of
from iqabench.report.data.subjects import Configuration, Setting
from iqabench.report.statistics import mean_intervals


@dataclass(frozen=True)
class BoardMeasurement:
    """The value of one column for one model, in the printed unit."""

    value: BoundedValue
    """Value with its 95 % interval."""
    n: int
    """Number of images, or of samples of a latency."""
    of: int
    """Number of images in the set."""
    device: str = ""
    """Device of a cost; empty for quality."""
    ratio: tuple[str, float, float, float] | None = None
    """First model of a profile that sampled latencies in turn, the ratio to it, and the ratio's interval."""
    record: Mean | MeasuredCost | None = None
    """Mean or cost of the store behind the value, for its provenance."""


ByModel = dict[str, dict[str, BoardMeasurement]]
"""Measurements by model id, then by quantity (`psnr Set5` when a column has several sets)."""


def measured_values(results: Results, board: Board, device: str = "") -> ByModel:
    """Return qualities, and costs of one `device`; without a name, of the device that was used last.

    Of plain runs alone: fp32, whole images, true weights.
    """
    found = quality_values(results, board)
    for name, quantity in board.quantities.items():
        if quantity.facts.probe:
            costs = _costs_of(results, board, quantity.facts)
            last = costs[-1].setting.set if costs else ""
            for model, one in _on(costs, quantity.facts, device or last).items():
                found.setdefault(model, {})[name] = one
    return found


def quality_values(results: Results, board: Board) -> ByModel:
    """Return the measured qualities of a board's columns."""
    found: ByModel = {}
    for name, quantity in board.quantities.items():
        if quantity.facts.metric and quantity.set:
            for model, one in _means(results, board, quantity).items():
                found.setdefault(model, {})[name] = one
    return found


def cost_values(results: Results, board: Board) -> dict[str, ByModel]:
    """Return costs by device; counts, which are the same on every device, by an empty name."""
    found: dict[str, ByModel] = {}
    for name, quantity in board.quantities.items():
        if not quantity.facts.probe:
            continue
        costs = _costs_of(results, board, quantity.facts)
        for device in dict.fromkeys(cost.setting.set for cost in costs):
            for model, one in _on(costs, quantity.facts, device).items():
                place = "" if costs[0].is_count else device
                found.setdefault(place, {}).setdefault(model, {})[name] = one
    return found


def _plain(how: Configuration) -> bool:
    return how.precision == "fp32" and not how.tile and not how.random_weights and not how.mode


def _means(results: Results, board: Board, quantity: Quantity) -> dict[str, BoardMeasurement]:
    meant = {n for n, place in enumerate(results.settings) if _is_meant(place, board, quantity)}
    means = [mean for mean in results.means if mean.setting in meant] if meant else []
    chosen = []
    for mean in means:
        how = results.configurations[mean.configuration]
        column = results.columns[mean.column].column
        if _plain(how) and column == board.metric_of(quantity, how.model):
            chosen.append((how.model, mean))
    values = _values(results, [mean for _, mean in chosen])
    found: dict[str, BoardMeasurement] = {}
    for model, mean in chosen:
        if of_mean := values.get((mean.setting, mean.configuration, mean.column)):
            value = _aggregated(quantity.facts, of_mean)
            found[model] = BoardMeasurement(
                value, mean.n, max(mean.of, mean.n + mean.failed), record=mean
            )
    return found


def _values(results: Results, means: Sequence[Mean]) -> dict[tuple[int, int, int], list[float]]:
    """Return the values behind the means, by setting, configuration and column.

    They are read at once: each query reads all files of a large store.
    """
    if not means:
        return {}
    wanted = {
        "settings": sorted({mean.setting for mean in means}),
        "configurations": sorted({mean.configuration for mean in means}),
        "columns": sorted({mean.column for mean in means}),
    }
    return {
        (row["setting"], row["configuration"], row["column"]): row["found"]
        for row in results.query(_VALUES, wanted)
    }


_VALUES = """
SELECT setting, configuration, "column", list(value ORDER BY sample) AS found FROM cells
WHERE setting IN (SELECT unnest($settings)) AND "column" IN (SELECT unnest($columns))
      AND configuration IN (SELECT unnest($configurations)) AND ok
GROUP BY ALL
"""


def _is_meant(place: Setting, board: Board, quantity: Quantity) -> bool:
    """Return whether records are of a quantity's set; a folder goes by its own name."""
    folder = Path(quantity.set).name
    same = place.set in (quantity.set, folder, f"folder-{folder}")
    if board.has_scales:
        return same and place.scale == board.scale
    return same and quantity.level in ("", place.level)


def _aggregated(column: ColumnFacts, values: list[float]) -> BoundedValue:
    if column.aggregate == "root_mean_square":
        squares = [v * v for v in values]
        low, high = _interval(squares)
        return BoundedValue(sqrt(sum(squares) / len(squares)), sqrt(low), sqrt(high)).times(
            column.factor
        )
    low, high = _interval(values)
    return BoundedValue(sum(values) / len(values), low, high).times(column.factor)


def _costs_of(results: Results, board: Board, column: ColumnFacts) -> list[MeasuredCost]:
    """Return the costs of plain runs that a column means, on all devices, the latest last."""
    name, _, convention = column.probe.partition("@")
    found = [
        c
        for c in results.once(costs_of)
        if (c.column.metric, c.column.protocol) == (name, convention)
        and (c.setting.level == column.input or not c.is_sized)
        and (not board.has_scales or c.setting.scale == board.scale)
        and c.value is not None
        and _plain(c.configuration)
    ]
    return sorted(found, key=lambda c: c.time)


def _on(
    costs: Sequence[MeasuredCost], column: ColumnFacts, device: str
) -> dict[str, BoardMeasurement]:
    found: dict[str, BoardMeasurement] = {}
    for cost in costs:
        if cost.setting.set != device or cost.value is None:
            continue
        low, high = cost.interval or (cost.value, cost.value)
        value = BoundedValue(cost.value, low, high).times(column.factor)
        by, samples = cost.ratio, int(cost.details.get("samples", 1))
        ratio = (by.to, by.value, *(by.interval or (by.value, by.value))) if by else None
        found[cost.configuration.model] = BoardMeasurement(
            value, samples, samples, device, ratio, cost
        )
    return found


def _interval(values: list[float]) -> tuple[float, float]:
    """Return the 95 % interval of the mean; the mean itself when a value is infinite."""
    low, high = mean_intervals(np.array([values]))[0]
    whole = float(np.mean(values))
    return (float(low), float(high)) if np.isfinite(low) else (whole, whole)
