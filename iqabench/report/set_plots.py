"""The plots of a set's page: every column of quality against parameters and every cost that is shown."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from math import isfinite

from markupsafe import Markup

from iqabench.report import figures, labels
from iqabench.report._svg import for_file, for_page
from iqabench.report.beside import Beside, device_titles
from iqabench.report.plots import PARAMETERS, CostAxis, Point, can_plot, quality_plot
from iqabench.report.subjects import Column
from iqabench.report.tables import Row, Table
from iqabench.report.variants import families
from iqabench.store import file_name

Keep = Callable[[str, str], None]
"""Writes a file of the report: name and text."""


@dataclass(frozen=True)
class Plot:
    """One plot: to stand in the page, and as a file."""

    label: str
    """Of the column that goes up."""
    cost: str
    """What stands below, in words."""
    svg: Markup
    href: str
    summary: str
    """The same in words, for those who cannot see it."""


@dataclass(frozen=True)
class _Below:
    """One axis of cost, and how its figures are read and written."""

    axis: CostAxis
    slug: str
    value: Callable[[Row], float | None]
    told: Callable[[float], str]


def set_plots(table: Table, slug: str, besides: Sequence[Beside], keep: Keep) -> list[Plot]:
    """Plots of all pairs where two models can be compared; each is also kept as a file."""
    found: list[Plot] = []
    belows = [*_belows(besides)]
    for at, label in enumerate(table.labels):
        for below in belows:
            points = _points(table, at, below)
            if not can_plot(points):
                continue
            column = table.columns[at]
            title = f"{labels.column_title(column)}, {column.protocol}"
            svg = quality_plot(points, title, column.better, below.axis)
            href = f"plots/{slug}-{file_name(label)}{below.slug}.svg"
            keep(href, for_file(svg))
            told = "; ".join(_told(point, column, below) for point in points)
            inside = Markup(for_page(svg, f"p{len(found)}"))  # noqa: S704 - texts are escaped
            found.append(Plot(label, below.axis.title, inside, href, told))
    return found


def title_of(beside: Beside, titles: dict[str, str]) -> str:
    """A cost in one line: Latency (ms), 3x256x256, CPU."""
    unit = figures.short_unit(beside.column.unit)
    name = labels.cost_title(beside.column) + (f" ({unit})" if unit else "")
    device = titles.get(beside.device, beside.device)
    parts = (name, beside.column.protocol, beside.size, device, beside.mode.replace("_", " "))
    return ", ".join(part for part in parts if part)


def _belows(besides: Sequence[Beside]) -> Iterator[_Below]:
    yield _Below(PARAMETERS, "", lambda row: row.facts.params, _parameters)
    titles = device_titles(besides)
    for at, beside in enumerate(besides):
        unit = beside.column.unit

        def number(value: float, unit: str = unit) -> str:
            return figures.cost_number(value, unit)

        def told(value: float, unit: str = unit) -> str:
            return figures.cost_figure(value, unit)

        axis = CostAxis(title_of(beside, titles), number, beside.column.better)
        yield _Below(axis, f"-{at + 1}-{file_name(beside.name)}", beside.value, told)


def _points(table: Table, at: int, below: _Below) -> list[Point]:
    parents = {k.variant.number: k.parent.label for k in families(table)}
    found = []
    for row in table.ranked(at):
        cell, cost = row.cells[at], below.value(row)
        if cell and cell.mean.value is not None and cost is not None and isfinite(cost):
            quality = (
                f"{table.labels[at]}: {cell.text} {figures.short_unit(table.columns[at].unit)}"
            )
            text = _card(row, quality.strip(), below, cost)
            parent = parents.get(row.number, "")
            found.append(Point(row.label, cost, cell.mean.value, text, parent))
    return found


def _card(row: Row, quality: str, below: _Below, cost: float) -> str:
    """What a reader finds on hovering, a line each."""
    facts = row.facts
    lines = [row.label, quality, f"{below.axis.title}: {below.told(cost)}"]
    if below.axis is not PARAMETERS and facts.params is not None:
        lines.append(f"Parameters: {_parameters(facts.params)}")
    lines.append(f"Licence: {facts.licence or 'not stated'}")
    return "\n".join([*lines, *([str(facts.variant)] if facts.variant else [])])


def _parameters(count: float) -> str:
    return figures.parameters(round(count))


def _told(point: Point, column: Column, below: _Below) -> str:
    value = figures.figure(point.value, column.unit)
    if below.axis is PARAMETERS:
        return f"{point.label}: {below.told(point.cost)} parameters, {value}"
    return f"{point.label}: {below.told(point.cost)}, {value}"
