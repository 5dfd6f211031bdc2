"""The curves of adaptive models: quality against the mean cost of an image, over the values of a setting."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from math import isfinite

from markupsafe import Markup

from iqabench.report.data import labels
from iqabench.report.data.subjects import Configuration
from iqabench.report.data.tables import Table
from iqabench.report.plots.quality_plot import CostAxis, PlotPoint, can_plot, quality_plot
from iqabench.report.plots.svg import for_file, for_page
from iqabench.report.statistics.image_costs import ImageCost, ImageCosts
from iqabench.report.text import figures
from iqabench.store import file_name

_MOST = 4
"""The largest number of plots; the table has all columns."""
_AXIS = CostAxis(
    "Multiply-accumulates of an image, mean", lambda macs: figures.cost_number(macs, figures.MACS)
)


@dataclass(frozen=True)
class CostCurves:
    """One column of quality against the mean cost of an image, for all rows that have both."""

    label: str
    svg: Markup
    href: str
    summary: str
    """The figures as text, for readers who cannot see the plot."""


def cost_curves(
    table: Table, costs: ImageCosts, slug: str, keep: Callable[[str, str], None]
) -> tuple[CostCurves, ...]:
    """Draw the first columns of quality against the cost of an image; `keep` writes each as a file, too."""
    curves = Counter(one.curve for one in costs.costs)
    found: list[CostCurves] = []
    for place, at in enumerate(costs.columns):
        points = [
            point
            for one in costs.costs
            if (point := _point(one, place, table.columns[at].unit, curves)) is not None
        ]
        if len(found) < _MOST and can_plot(points):
            column = table.columns[at]
            title = f"{labels.column_title(column)}, {column.protocol}"
            svg = quality_plot(points, title, column.better, _AXIS)
            href = f"plots/{slug}-{file_name(table.labels[at])}-image-cost.svg"
            keep(href, for_file(svg))
            inside = Markup(for_page(svg, f"k{len(found)}"))  # noqa: S704 - texts are escaped
            words = "; ".join(point.card.replace("\n", ": ") for point in points)
            found.append(CostCurves(table.labels[at], inside, href, words))
    return tuple(found)


def _point(
    one: ImageCost, place: int, unit: str, curves: Counter[Configuration]
) -> PlotPoint | None:
    cell = one.quality[place]
    value = cell.mean.value if cell is not None else None
    if value is None or not isfinite(value) or one.row.configuration.random_weights:
        return None
    share = f", {one.share.of_means:.1%} of {one.share.parent}" if one.share else ""
    text = f"{figures.figure(value, unit)} {figures.short_unit(unit)}".strip()
    card = f"{one.row.label}\n{text} at {figures.cost_figure(one.macs, figures.MACS)} MACs{share}"
    curve = str(one.curve) if curves[one.curve] > 1 else ""
    return PlotPoint(one.row.label, one.macs, value, card, curve=curve)
