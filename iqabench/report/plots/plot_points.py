"""The points of one plot of a set's page: models with a value of one column and a cost."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from math import isfinite

from iqabench.report.data.pareto import front
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.plots.quality_plot import PARAMETERS, CostAxis, PlotPoint
from iqabench.report.text import figures

MOST_MODELS = 100
"""Largest number of models in one plot: those on the Pareto front, then the best."""


@dataclass(frozen=True)
class PlottedCost:
    """One axis of cost, with the functions that read and write its figures."""

    axis: CostAxis
    slug: str
    value: Callable[[TableRow], float | None]
    told: Callable[[float], str]


@dataclass(frozen=True)
class QualityAgainstCost:
    """One column of a table against one cost."""

    table: Table
    at: int
    """Position of the column."""
    below: PlottedCost
    parents: Mapping[int, str]
    """Labels of parents by the numbers of their variants' rows."""

    @property
    def column(self) -> MeasuredColumn:
        """Column of the vertical axis."""
        return self.table.columns[self.at]

    @property
    def label(self) -> str:
        """Label of the column."""
        return self.table.labels[self.at]

    @cached_property
    def every(self) -> list[tuple[TableRow, PlotPoint]]:
        """All rows that compete and have both, best first; their points have no cards."""
        found = []
        for row in self.table.ranked(self.at):
            cell, cost = row.cells[self.at], self.below.value(row)
            if cell and cell.mean.value is not None and cost is not None and isfinite(cost):
                found.append((row, PlotPoint(row.label, cost, cell.mean.value)))
        return found

    @cached_property
    def some(self) -> list[tuple[TableRow, PlotPoint]]:
        """Rows and points that a plot has room for, best first: those on the front, then the best."""
        if len(self.every) <= MOST_MODELS:
            return self.every
        signs = (-1 if self.below.axis.better == "lower" else 1, self.column.sign)
        on = front([(p.cost, p.value) for _, p in self.every], signs)
        kept = sorted(sorted(range(len(on)), key=lambda n: not on[n])[:MOST_MODELS])
        return [self.every[n] for n in kept]

    @property
    def points(self) -> list[PlotPoint]:
        """Points as they are drawn, with their cards and their parents."""
        return [
            replace(point, card=self._card(row, point), parent=self.parents.get(row.number, ""))
            for row, point in self.some
        ]

    @property
    def words(self) -> str:
        """The drawn figures as text, for readers who cannot see the plot."""
        return "; ".join(self._told(point) for _, point in self.some)

    def _card(self, row: TableRow, point: PlotPoint) -> str:
        """Return the card that a reader sees on hovering, a line each."""
        facts, cell, axis = row.facts, row.cells[self.at], self.below.axis
        text = cell.text if cell else ""
        quality = f"{self.label}: {text} {figures.short_unit(self.column.unit)}".strip()
        lines = [row.label, quality, f"{axis.title}: {self.below.told(point.cost)}"]
        if axis is not PARAMETERS and facts.params is not None:
            lines.append(f"Parameters: {figures.parameters(round(facts.params))}")
        lines.append(f"Licence: {facts.licence or 'not stated'}")
        return "\n".join([*lines, *([str(facts.variant)] if facts.variant else [])])

    def _told(self, point: PlotPoint) -> str:
        value, cost = (
            figures.figure(point.value, self.column.unit),
            self.below.told(point.cost),
        )
        parameters = " parameters" if self.below.axis is PARAMETERS else ""
        return f"{point.label}: {cost}{parameters}, {value}"
