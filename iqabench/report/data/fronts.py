"""The Pareto front over named columns: one for each set, or for each device when all are costs."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from math import isnan
from typing import Any

from iqabench.errors import UsageError
from iqabench.report.data.aggregate import Results
from iqabench.report.data.cost_columns import CostTableColumn, cost_columns
from iqabench.report.data.cost_tables import model_at_scale
from iqabench.report.data.costs import MeasuredCost
from iqabench.report.data.devices import Device, devices_of
from iqabench.report.data.pareto import front
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.data.tables import Table, tables_of

Values = dict[str, float | None]
"""Values by the labels of models."""


@dataclass(frozen=True)
class _FrontColumn:
    """One column that may be named."""

    names: tuple[str, ...]
    """Whole name, then shorter ones."""
    sign: int
    values: Values
    device: str = ""
    """Device of the measurement; empty when it makes no difference."""


@dataclass
class _FrontScope:
    """Models of one set, or on one device, and the columns that they have."""

    said: dict[str, str]
    models: list[str]
    axes: list[_FrontColumn] = field(default_factory=list)
    out: set[str] = field(default_factory=set)
    """Models that take no place: random weights."""

    def named(self, name: str) -> list[_FrontColumn]:
        whole = [axis for axis in self.axes if axis.names[0] == name]
        return whole or [axis for axis in self.axes if name in axis.names]


def fronts(results: Results, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return every model of every set that has these columns, and whether it is on their front.

    With costs alone the front is that of each device. A cost may be named without its size or convention
    where it has one.

    Returns: dictionaries with `set level device model`, the columns as they were named, and `front`.
    Raises: UsageError for fewer than two columns, unknown ones, and names that mean several.
    """
    if len(set(names)) < 2:
        raise UsageError(
            "a Pareto front is over two or more different columns, as in psnr@sr-y,macs; "
            f"given: {', '.join(names) or 'none'}."
        )
    tables, devices = tables_of(results), devices_of(results)
    costs = [cost for device in devices for cost in device.costs]
    sets = [place for table in tables for place in _of_set(table, costs)]
    every = [_of_device(device) for device in devices]
    if absent := [n for n in names if not any(place.named(n) for place in (*sets, *every))]:
        raise UsageError(f"no column '{absent[0]}' was measured; {_known(sets + every)}")
    about_quality = any(name in table.labels for table in tables for name in names)
    for places in (sets,) if about_quality else (every, sets):
        if found := [row for place in places for row in _rows(place, names)]:
            return [row for at, row in enumerate(found) if row not in found[:at]]
    raise UsageError(f"no set and no device has all of {', '.join(names)}; {_known(sets + every)}")


def _of_set(table: Table, costs: Iterable[MeasuredCost]) -> Iterator[_FrontScope]:
    """Yield one scope for each device on which these models were measured; one without a device otherwise."""
    every = cost_columns(table, costs)
    axes = [
        _FrontColumn((label,), c.sign, {r.label: _complete(r.cells[at]) for r in table.rows})
        for at, (c, label) in enumerate(zip(table.columns, table.labels, strict=True))
    ]
    axes.append(_FrontColumn(("params",), -1, {r.label: r.facts.params for r in table.rows}))
    for device in sorted({b.device for b in every if b.device}) or [""]:
        said = {"set": table.setting.set, "level": table.setting.level}
        place = _FrontScope(said, [r.label for r in table.rows], [*axes])
        place.out = {r.label for r in table.rows if r.configuration.random_weights}
        place.axes += [_of_beside(b, table) for b in every if b.device in ("", device)]
        yield place


def _of_beside(one: CostTableColumn, table: Table) -> _FrontColumn:
    values = {row.label: _counted(one.costs.get(row.number)) for row in table.rows}
    return _FrontColumn(_names(one.name, one.column), one.column.sign, values, one.device)


def _of_device(device: Device) -> _FrontScope:
    axes: dict[str, _FrontColumn] = {}
    for cost in device.costs:
        name = cost.column.column
        axis = axes.setdefault(
            name, _FrontColumn(_names(name, cost.subject), cost.column.sign, {}, device.name)
        )
        axis.values[device.labels[model_at_scale(cost)]] = _counted(cost)
    return _FrontScope({}, [*device.labels.values()], [*axes.values()])


def _names(name: str, column: MeasuredColumn) -> tuple[str, ...]:
    return name, column.column, column.metric


def _complete(cell: Any) -> float | None:
    return cell.mean.value if cell is not None and cell.mean.complete else None


def _rows(place: _FrontScope, names: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of a front, models on it first, then best first; none when a column is absent."""
    found = [place.named(name) for name in names]
    for name, some in zip(names, found, strict=True):
        if len(some) > 1:
            every = ", ".join(dict.fromkeys(axis.names[0] for axis in some))
            raise UsageError(f"'{name}' may mean several columns: {every}. Write one of them.")
    if not all(found):
        return []
    axes = [some[0] for some in found]
    points = [
        [None if model in place.out else axis.values.get(model) for axis in axes]
        for model in place.models
    ]
    on = front(points, [axis.sign for axis in axes])
    said = {**place.said, "device": next((axis.device for axis in axes if axis.device), "")}
    rows = [
        {
            **said,
            "model": model,
            **{n: a.values.get(model) for n, a in zip(names, axes, strict=True)},
            "front": is_on,
        }
        for model, is_on in zip(place.models, on, strict=True)
    ]
    return sorted(rows, key=lambda row: _order(row, names[0], axes[0].sign))


def _order(row: dict[str, Any], name: str, sign: int) -> tuple[object, ...]:
    value = row[name]
    missing = value is None or isnan(value)
    return not row["front"], missing, 0.0 if missing else -sign * value, row["model"]


def _known(places: Sequence[_FrontScope]) -> str:
    known = sorted({axis.names[0] for place in places for axis in place.axes})
    return f"there are: {', '.join(known) or 'none'}."


def _counted(cost: MeasuredCost | None) -> float | None:
    """Return a cost's value, counts as whole numbers."""
    if cost is None or cost.value is None:
        return None
    whole = cost.column.unit == "1" and cost.value.is_integer()
    return int(cost.value) if whole else cost.value
