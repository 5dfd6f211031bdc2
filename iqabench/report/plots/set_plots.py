"""The plots of a set's page: every column of quality against parameters and every cost that is shown.

A plot has room for so many models, and a page for so many points; the page says how much is beyond.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import product

from markupsafe import Markup

from iqabench.report.data import labels
from iqabench.report.data.cost_columns import CostTableColumn, device_titles
from iqabench.report.data.tables import Table
from iqabench.report.data.variants import variant_pairs
from iqabench.report.plots.plot_points import PlottedCost, QualityAgainstCost
from iqabench.report.plots.quality_plot import PARAMETERS, CostAxis, can_plot, quality_plot
from iqabench.report.plots.svg import for_file, for_page
from iqabench.report.text import figures
from iqabench.store import file_name

WriteFile = Callable[[str, str], None]
"""A function that writes a file of the report: name and text."""

MOST_POINTS = 250
"""Largest number of points over all plots of a page; plots beyond are left out."""


@dataclass(frozen=True)
class SetPlot:
    """One plot, to stand in the page and as a file."""

    label: str
    """Label of the column on the vertical axis."""
    cost: str
    """Title of the horizontal axis."""
    svg: Markup
    href: str
    summary: str
    """The figures as text, for readers who cannot see the plot."""
    models: int
    """Number of models that are drawn."""
    of: int
    """Number of models that have both a value and a cost."""


@dataclass(frozen=True)
class SetPlots:
    """The plots of a page."""

    drawn: tuple[SetPlot, ...]
    of: int
    """Number of pairs of a column and a cost in which models can be compared."""
    room: int
    """Largest number of points on a page."""


def set_plots(
    table: Table, slug: str, besides: Sequence[CostTableColumn], keep: WriteFile
) -> SetPlots:
    """Draw all pairs in which two models can be compared, up to the limit of a page; each also as a file."""
    parents = {pair.variant.number: pair.parent.label for pair in variant_pairs(table)}
    found: list[SetPlot] = []
    room, possible = MOST_POINTS, 0
    quality = [at for at, column in enumerate(table.columns) if not column.is_image_cost]
    for at, below in product(quality, [*_belows(besides)]):
        pair = QualityAgainstCost(table, at, below, parents)
        if not can_plot([point for _, point in pair.every]):
            continue
        possible += 1
        room -= len(pair.some)
        if room >= 0:
            found.append(_plot(pair, slug, f"p{len(found)}", keep))
    return SetPlots(tuple(found), possible, MOST_POINTS)


def title_of(beside: CostTableColumn, titles: dict[str, str]) -> str:
    """Return a cost in one line: Latency (ms), 3x256x256, CPU."""
    unit = figures.short_unit(beside.column.unit)
    name = labels.cost_title(beside.column) + (f" ({unit})" if unit else "")
    device = titles.get(beside.device, beside.device)
    parts = (name, beside.column.protocol, beside.size, device, beside.mode.replace("_", " "))
    return ", ".join(part for part in parts if part)


def _belows(besides: Sequence[CostTableColumn]) -> Iterator[PlottedCost]:
    yield PlottedCost(PARAMETERS, "", lambda row: row.facts.params, _parameters)
    titles = device_titles(besides)
    for at, beside in enumerate(besides):
        unit = beside.column.unit

        def number(value: float, unit: str = unit) -> str:
            return figures.cost_number(value, unit)

        def told(value: float, unit: str = unit) -> str:
            return figures.cost_figure(value, unit)

        axis = CostAxis(title_of(beside, titles), number, beside.column.better)
        yield PlottedCost(axis, f"-{at + 1}-{file_name(beside.name)}", beside.value, told)


def _plot(pair: QualityAgainstCost, slug: str, prefix: str, keep: WriteFile) -> SetPlot:
    """Draw one plot and write its file."""
    column, axis = pair.column, pair.below.axis
    title = f"{labels.column_title(column)}, {column.protocol}"
    svg = quality_plot(pair.points, title, column.better, axis)
    href = f"plots/{slug}-{file_name(pair.label)}{pair.below.slug}.svg"
    keep(href, for_file(svg))
    inside = Markup(for_page(svg, prefix))  # noqa: S704 - texts are escaped
    count = len(pair.some)
    return SetPlot(pair.label, axis.title, inside, href, pair.words, count, len(pair.every))


def _parameters(count: float) -> str:
    return figures.parameters(round(count))
