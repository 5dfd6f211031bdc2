"""Plots of the growth of costs: sweeps over three sizes or more, with their power laws."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, NullFormatter

from iqabench.report.data import labels
from iqabench.report.data.cost_tables import ModelAtScale, model_at_scale
from iqabench.report.data.costs import MeasuredCost, cost_order
from iqabench.report.data.devices import Device
from iqabench.report.data.growth import LEAST, Growth, growth, megapixels_of
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.plots.drawing import (
    ACCENT,
    INK,
    MUTED,
    PAPER,
    SECOND,
    SIZE,
    PointCards,
    drawing,
    short,
    ticks_of,
    write,
)
from iqabench.report.plots.set_plots import WriteFile
from iqabench.report.plots.svg import for_file, for_page
from iqabench.report.text import figures
from iqabench.store import file_name

_LOOKS = [
    (colour, dash)
    for dash in ("-", (0, (4, 2)), (0, (1, 2)))
    for colour in (ACCENT, SECOND, INK, MUTED)
]
"""Colours and dashes of lines; they repeat with more than twelve models."""
MOST_MODELS = 40
"""Largest number of models in one plot: those that are best at a megapixel. All power laws are listed in
words.
"""


@dataclass(frozen=True)
class Sweep:
    """One cost of one model over sizes."""

    label: str
    costs: tuple[MeasuredCost, ...]
    """Costs, small sizes first."""
    fit: Growth

    @property
    def points(self) -> list[tuple[float, float]]:
        """Megapixels and cost of each size."""
        return [(megapixels_of(c.setting.level) or 0.0, c.value or 0.0) for c in self.costs]


@dataclass(frozen=True)
class Sweeps:
    """One cost of every model that was swept, as a plot and in words."""

    column: MeasuredColumn
    of: str
    """Subject of the megapixels: the input or the output, and the batch."""
    sweeps: tuple[Sweep, ...]
    svg: Markup
    href: str
    drawn: int
    """Number of sweeps in the plot; the others are only in the words."""

    @property
    def title(self) -> str:
        """Title of the cost with its unit."""
        return _title(self.column)

    @property
    def words(self) -> list[str]:
        """Each power law as a sentence."""
        return [_said(self.column, sweep) for sweep in self.sweeps]


def sweeps_of(device: Device, slug: str, keep: WriteFile) -> list[Sweeps]:
    """Draw a plot for each cost that was measured at three sizes or more."""
    groups: dict[tuple[MeasuredColumn, str], dict[ModelAtScale, list[MeasuredCost]]] = {}
    for cost in device.costs:
        if cost.is_sized and cost.value and megapixels_of(cost.setting.level):
            subject = (cost.subject, _kind(cost.setting.level))
            groups.setdefault(subject, {}).setdefault(model_at_scale(cost), []).append(cost)
    found: list[Sweeps] = []
    for column, of in sorted(groups, key=lambda at: (*cost_order(at[0]), at[1])):
        sweeps = _fitted(device, groups[column, of])
        if sweeps:
            at = len(found)
            some = _best(sweeps, column)
            svg = _plot(some, column, of)
            href = f"plots/{slug}-growth-{at + 1}-{file_name(column.column)}.svg"
            keep(href, for_file(svg))
            inside = Markup(for_page(svg, f"g{at}"))  # noqa: S704 - texts are escaped
            found.append(Sweeps(column, of, tuple(sweeps), inside, href, len(some)))
    return found


def _best(sweeps: Sequence[Sweep], column: MeasuredColumn) -> list[Sweep]:
    """Return the sweeps that a plot has room for, in their order."""
    best_first = sorted(sweeps, key=lambda s: (-column.sign * s.fit.factor, s.label))
    kept = {sweep.label for sweep in best_first[:MOST_MODELS]}
    return [sweep for sweep in sweeps if sweep.label in kept]


def _fitted(device: Device, groups: dict[ModelAtScale, list[MeasuredCost]]) -> list[Sweep]:
    """Return the sweeps that have enough sizes and are not constant."""
    found = []
    for who, costs in groups.items():
        ordered = sorted(costs, key=lambda c: megapixels_of(c.setting.level) or 0.0)
        sizes = [megapixels_of(c.setting.level) or 0.0 for c in ordered]
        values = [c.value or 0.0 for c in ordered]
        fit = growth(sizes, values) if len(set(sizes)) >= LEAST else None
        if fit and len(set(values)) > 1:
            found.append(Sweep(device.labels[who], tuple(ordered), fit))
    return sorted(found, key=lambda sweep: sweep.label)


def _kind(size: str) -> str:
    """Return the subject of a size's megapixels; sizes of different kinds are no sweep."""
    batch = size.partition("x")[0] if size.count("x") == 3 or "xto" in size else ""
    side = "output" if "to" in size else "input"
    return f"{side}, {batch} images at a time" if batch else side


def _said(column: MeasuredColumn, sweep: Sweep) -> str:
    fit = sweep.fit
    return (
        f"{sweep.label}: {column.column} = {figures.cost_figure(fit.factor, column.unit)} × "
        f"megapixels^{fit.exponent:.3f} (R² {fit.r2:.4f} over {fit.sizes} sizes): twice the pixels make it "
        f"{2**fit.exponent:.2f} times as large."
    )


def _title(column: MeasuredColumn) -> str:
    unit = figures.short_unit(column.unit)
    return labels.cost_title(column) + (f" ({unit})" if unit else "")


def _plot(sweeps: Sequence[Sweep], column: MeasuredColumn, of: str) -> str:
    return drawing((6.3, 4.6), lambda figure, cards: _draw(figure, cards, sweeps, column, of))


def _draw(
    figure: Figure, cards: PointCards, sweeps: Sequence[Sweep], column: MeasuredColumn, of: str
) -> None:
    figure.subplots_adjust(left=0.14, right=0.8, top=0.97, bottom=0.115)
    axes = figure.add_subplot()
    axes.set_xscale("log")
    axes.set_yscale("log")
    ends = []
    for at, sweep in enumerate(sweeps):
        colour, dash = _LOOKS[at % len(_LOOKS)]
        xs = [x for x, _ in sweep.points]
        fitted = [sweep.fit.factor * x**sweep.fit.exponent for x in xs]
        axes.plot(xs, fitted, color=colour, ls=dash, lw=1.0, alpha=0.8)
        for cost, (x, y) in zip(sweep.costs, sweep.points, strict=True):
            text = f"{sweep.label}\n{cost.setting.level}: {figures.cost_figure(y, column.unit)}"
            cards.point(
                axes,
                x,
                y,
                text,
                marker="o",
                ms=5.4,
                color=colour,
                markeredgecolor=PAPER,
                markeredgewidth=0.8,
                zorder=3,
            )
        ends.append((short(sweep.label, 18), colour, (xs[-1], fitted[-1])))
    _scale(axes, column)
    axes.set_xlabel(f"Megapixels of {of} (log scale)", labelpad=8)
    figure.supylabel(f"{_title(column)}, log scale", fontsize=SIZE, x=0.012)
    _name(figure, axes, ends)


def _scale(axes: Any, column: MeasuredColumn) -> None:
    forms: tuple[tuple[Any, Callable[[float], str]], ...] = (
        (axes.xaxis, lambda v: f"{v:g}"),
        (axes.yaxis, lambda v: figures.plain_zeros(figures.cost_number(v, column.unit))),
    )
    for axis, form in forms:
        low, high = sorted(axis.get_view_interval())
        axis.set_major_locator(LogLocator(subs=ticks_of(low, high), numticks=12))
        axis.set_major_formatter(FuncFormatter(lambda v, _, form=form: form(v)))
        axis.set_minor_formatter(NullFormatter())


def _name(figure: Figure, axes: Any, ends: list[tuple[str, str, tuple[float, float]]]) -> None:
    """Write names at the right ends of the lines, moved up when they would overlap."""
    at = axes.transData.transform([place for *_, place in ends]).tolist()
    lowest = 0.0
    for (text, colour, _), (x, y) in sorted(
        zip(ends, at, strict=True), key=lambda one: (one[1][1], one[0][0])
    ):
        lowest = max(y, lowest)
        write(figure, x + 8.0, lowest, text, ha="left", color=colour)
        lowest += SIZE * 1.25
