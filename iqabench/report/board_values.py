"""What a store holds of a board's columns: means with their intervals, costs with theirs."""

from dataclasses import dataclass
from math import sqrt
from pathlib import Path

import numpy as np

from iqabench.boards import Board, ColumnFacts, Quantity, Value
from iqabench.report.aggregate import Results
from iqabench.report.costs import costs_of
from iqabench.report.statistics import mean_intervals
from iqabench.report.subjects import Configuration, Setting


@dataclass(frozen=True)
class Measured:
    """One column of one model, in the printed unit."""

    value: Value
    """With its 95 % interval."""
    n: int
    """Images, or samples of a latency."""
    of: int
    """Images of the set."""
    device: str = ""
    """Of costs."""
    ratio: tuple[str, float, float, float] | None = None
    """Of a latency that was sampled in turn with others: the first of them, the ratio to it, its interval."""


def measured_values(
    results: Results, board: Board, device: str = ""
) -> dict[str, dict[str, Measured]]:
    """By model id, then by quantity (`psnr Set5` where a column has several sets).

    Of plain runs alone: fp32, whole images, true weights. Costs of one `device`: the one that was used last,
    if it is not named.
    """
    found: dict[str, dict[str, Measured]] = {}
    for name, quantity in board.quantities.items():
        some: dict[str, Measured] = {}
        if quantity.facts.probe:
            some = _costs(results, quantity.facts, device)
        elif quantity.facts.metric and quantity.set:
            some = _means(results, board, quantity)
        for model, one in some.items():
            found.setdefault(model, {})[name] = one
    return found


def _plain(how: Configuration) -> bool:
    return how.precision == "fp32" and not how.tile and not how.random_weights and not how.mode


def _means(results: Results, board: Board, quantity: Quantity) -> dict[str, Measured]:
    found: dict[str, Measured] = {}
    for mean in results.means:
        place, how = results.settings[mean.setting], results.configurations[mean.configuration]
        wanted = board.metric_of(quantity, how.model)
        if not (_is_meant(place, board, quantity) and _plain(how)):
            continue
        if results.columns[mean.column].column != wanted:
            continue
        rows = results.query(
            'SELECT value FROM cells WHERE setting = ? AND configuration = ? AND "column" = ? AND ok '
            "ORDER BY sample",
            [mean.setting, mean.configuration, mean.column],
        )
        values = [row["value"] for row in rows]
        if values:
            found[how.model] = Measured(_aggregated(quantity.facts, values), mean.n, mean.of)
    return found


def _is_meant(place: Setting, board: Board, quantity: Quantity) -> bool:
    """Whether records are of a quantity's set; a folder goes by its own name."""
    folder = Path(quantity.set).name
    same = place.set in (quantity.set, folder, f"folder-{folder}")
    if board.task == "sr":
        return same and place.scale == board.scale
    return same and quantity.level in ("", place.level)


def _aggregated(column: ColumnFacts, values: list[float]) -> Value:
    if column.aggregate == "root_mean_square":
        squares = [v * v for v in values]
        low, high = _interval(squares)
        return Value(sqrt(sum(squares) / len(squares)), sqrt(low), sqrt(high)).times(column.factor)
    low, high = _interval(values)
    return Value(sum(values) / len(values), low, high).times(column.factor)


def _costs(results: Results, column: ColumnFacts, device: str) -> dict[str, Measured]:
    name, _, convention = column.probe.partition("@")
    costs = [
        c
        for c in costs_of(results)
        if (c.column.metric, c.column.protocol, c.setting.level) == (name, convention, column.input)
        and c.value is not None
        and _plain(c.configuration)
    ]
    devices = [c.setting.set for c in sorted(costs, key=lambda c: c.time)]
    kept = device or (devices[-1] if devices else "")
    found: dict[str, Measured] = {}
    for cost in costs:
        if cost.setting.set != kept or cost.value is None:
            continue
        low, high = cost.interval or (cost.value, cost.value)
        value = Value(cost.value, low, high).times(column.factor)
        by, samples = cost.ratio, int(cost.details.get("samples", 1))
        ratio = (by.to, by.value, *(by.interval or (by.value, by.value))) if by else None
        found[cost.configuration.model] = Measured(value, samples, samples, kept, ratio)
    return found


def _interval(values: list[float]) -> tuple[float, float]:
    """95 % of the mean; the mean itself where a value is infinite."""
    low, high = mean_intervals(np.array([values]))[0]
    whole = float(np.mean(values))
    return (float(low), float(high)) if np.isfinite(low) else (whole, whole)
