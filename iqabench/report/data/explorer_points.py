"""Every model's means and costs as points, for the explorer."""

from collections import Counter
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import Any

from iqabench.report.data import labels
from iqabench.report.data.cost_columns import CostTableColumn, cost_columns
from iqabench.report.data.cost_tables import model_at_scale
from iqabench.report.data.costs import MeasuredCost
from iqabench.report.data.devices import Device
from iqabench.report.data.explorer import EVERYWHERE, Explorer, ExplorerAxis, ExplorerPoint
from iqabench.report.data.subjects import Configuration, MeasuredColumn, ModelFacts
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.text import figures


def explorer_of(
    tables: Sequence[Table], devices: Sequence[Device], addresses: Mapping[str, str]
) -> Explorer | None:
    """Return points and axes of a whole report; None when no two columns have two models in common."""
    gathered = _ExplorerBuilder(tables, devices, addresses)
    gathered.add_sets()
    gathered.add_lonely_costs()
    gathered.name_points()
    ends = gathered.first_ends()
    if ends is None:
        return None
    return Explorer(
        tuple(labels.setting_title(t.setting) for t in tables),
        tuple(d.name for d in devices),
        tuple(gathered.axes),
        tuple(gathered.points.values()),
        *ends,
    )


_Who = tuple[Configuration, int]
"""A configuration, and the scale of the model."""


class _ExplorerBuilder:
    """A collection of points and axes."""

    def __init__(
        self, tables: Sequence[Table], devices: Sequence[Device], addresses: Mapping[str, str]
    ) -> None:
        self.tables, self.devices, self.addresses = tables, devices, addresses
        self.axes: list[ExplorerAxis] = []
        self.points: dict[_Who, ExplorerPoint] = {}
        self._numbers: dict[ExplorerAxis, int] = {}
        self._places = {d.name: at for at, d in enumerate(devices)}

    def add_sets(self) -> None:
        """Add quality, parameters and the costs of the models that ran on sets."""
        costs = [cost for device in self.devices for cost in device.costs]
        for at, table in enumerate(self.tables):
            for row in table.rows:
                self._add_row(at, table, row)
            for one in cost_columns(table, costs):
                axis = self._axis(_cost_axis(one, self._places))
                for row in table.rows:
                    self._put(
                        self._point(_who(row, table), row.facts), axis, one.costs.get(row.number)
                    )

    def add_lonely_costs(self) -> None:
        """Add models that were measured and ran on no set."""
        known = {_same(how, scale) for how, scale in self.points}
        for device in self.devices:
            facts = {row.who: row.facts for table in device.tables for row in table.rows}
            for cost in device.costs:
                who = model_at_scale(cost)
                if _same(*who) not in known:
                    size = cost.setting.level if cost.is_sized else ""
                    where = "" if cost.is_count else cost.setting.set
                    one = CostTableColumn(
                        cost.subject, size, where, who[0].device_class, who[0].mode, {0: cost}
                    )
                    axis = self._axis(_cost_axis(one, self._places))
                    self._put(self._point(who, facts.get(who, ModelFacts())), axis, cost)

    def name_points(self) -> None:
        """Give every point a label that differs from the others of its scale, and from all with its scale."""
        plain: dict[_Who, str] = {}
        for level in {scale for _, scale in self.points}:
            names = labels.configuration_labels(how for how, scale in self.points if scale == level)
            plain.update({(how, level): name for how, name in names.items()})
        shared = Counter(plain.values())
        for who, point in self.points.items():
            name = plain[who]
            point.label = f"{name} ×{who[1]}" if shared[name] > 1 else name

    def first_ends(self) -> tuple[int, int] | None:
        """Return the quality and the cost that most models have both of, else any two columns that have
        models in common.

        Of equals the first set and column, against operations or parameters.
        """
        numbers = range(len(self.axes))
        quality = [n for n in numbers if self.axes[n].set != EVERYWHERE]
        costs = sorted((n for n in numbers if self.axes[n].set == EVERYWHERE), key=self._rank)
        usual = [(across, up) for up in quality for across in costs]
        others = [(across, up) for up in (*quality, *costs) for across in (*costs, *quality)]
        for pairs in (usual, others):
            best = max((p for p in pairs if p[0] != p[1]), key=self._meeting, default=None)
            if best is not None and self._meeting(best) > 1:
                return best
        return None

    def _rank(self, axis: int) -> tuple[bool, int]:
        return not self.axes[axis].name.startswith(("MACs", "Parameters")), axis

    def _meeting(self, pair: tuple[int, int]) -> int:
        return sum(all(end in p.values for end in pair) for p in self.points.values())

    def _add_row(self, at: int, table: Table, row: TableRow) -> None:
        point = self._point(_who(row, table), row.facts)
        if row.facts.params is not None:
            axis = self._axis(ExplorerAxis("Parameters", "lower", EVERYWHERE, EVERYWHERE, True))
            point.values[axis] = row.facts.params, figures.parameters(row.facts.params)
        for column, label, cell in zip(table.columns, table.labels, row.cells, strict=True):
            axis = self._axis(_quality_axis(column, label, at))
            if (
                cell
                and cell.mean.value is not None
                and cell.mean.complete
                and isfinite(cell.mean.value)
            ):
                unit = figures.short_unit(column.unit)
                point.values[axis] = cell.mean.value, f"{cell.text} {unit}".strip()

    def _put(self, point: ExplorerPoint, axis: int, cost: MeasuredCost | None) -> None:
        if cost is not None and cost.value is not None and isfinite(cost.value):
            point.values[axis] = cost.value, figures.cost_figure(cost.value, cost.column.unit)

    def _axis(self, axis: ExplorerAxis) -> int:
        if axis not in self._numbers:
            self._numbers[axis] = len(self.axes)
            self.axes.append(axis)
        return self._numbers[axis]

    def _point(self, who: _Who, facts: ModelFacts) -> ExplorerPoint:
        if who not in self.points:
            how = who[0]
            self.points[who] = ExplorerPoint(
                "", self.addresses[how.model], _about(facts), how.random_weights
            )
        return self.points[who]


def _quality_axis(column: MeasuredColumn, label: str, at: int) -> ExplorerAxis:
    unit = f" ({column.unit})" if column.unit not in ("", "1") else ""
    name = f"{labels.quality_title(column)}{unit}, {label.partition('@')[2]}"
    return ExplorerAxis(name, column.better, at, EVERYWHERE, False)


def _cost_axis(one: CostTableColumn, places: Mapping[str, int]) -> ExplorerAxis:
    unit = figures.short_unit(one.column.unit)
    name = labels.cost_title(one.column) + (f" ({unit})" if unit else "")
    said = (name, one.column.protocol, one.size, one.mode.replace("_", " "))
    where = places.get(one.device, EVERYWHERE) if one.device else EVERYWHERE
    return ExplorerAxis(", ".join(s for s in said if s), one.column.better, EVERYWHERE, where, True)


def _about(facts: ModelFacts) -> tuple[str, ...]:
    said = [facts.title, f"Parameters: {figures.parameters(facts.params)}"]
    said += [f"Licence: {facts.licence or 'not stated'}", str(facts.variant or "")]
    return tuple(text for text in said if text)


def _who(row: TableRow, table: Table) -> _Who:
    return row.configuration, table.setting.scale


def _same(how: Configuration, scale: int) -> tuple[Any, ...]:
    return how.model, how.model_hash, how.random_weights, how.precision, scale
