"""Quality against cost, as SVG that takes its colours from the page around it.

Better is up and cheaper is left. Text stays text and colours are placeholders until the end, so that one
drawing serves a light page, a dark page and a file of its own. Equal points give equal bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from iqabench.report.data.pareto import front as pareto_front
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
from iqabench.report.plots.labelling import place_labels
from iqabench.report.text.figures import parameters, plain_zeros


@dataclass(frozen=True)
class PlotPoint:
    """One configuration in the plot."""

    label: str
    cost: float
    value: float
    card: str = ""
    """Text that a reader sees on hovering."""
    parent: str = ""
    """Label of the model that it is a variant of, if that is in the plot."""
    curve: str = ""
    """Name of the curve that joins it with other points, such as those of one model over a setting."""


@dataclass(frozen=True)
class CostAxis:
    """The horizontal axis."""

    title: str
    form: Callable[[float], str]
    better: str = "lower"


PARAMETERS = CostAxis("Parameters", lambda count: parameters(round(count)))


def can_plot(points: Sequence[PlotPoint]) -> bool:
    """Return whether there are two points, one of which costs something."""
    drawn = [p for p in points if isfinite(p.value)]
    return len(drawn) > 1 and any(p.cost > 0 for p in drawn)


def quality_plot(
    points: Sequence[PlotPoint], title: str, better: str, cost: CostAxis = PARAMETERS
) -> str:
    """Draw quality against a cost; better is up, cheaper is left.

    Models that cost nothing of it are dashed lines; the Pareto front is joined; thin arrows lead from a model
    to its variants.

    Returns: SVG with placeholder colours, for `for_page` or `for_file`.
    """
    drawn = sorted(
        (p for p in points if isfinite(p.value)), key=lambda p: (p.cost, p.value, p.label)
    )
    return drawing(
        (6.3, 4.6), lambda figure, cards: _draw(figure, cards, drawn, title, better, cost)
    )


def _draw(
    figure: Figure,
    cards: PointCards,
    points: list[PlotPoint],
    title: str,
    better: str,
    cost: CostAxis,
) -> None:
    models = [p for p in points if p.cost > 0]
    lines = [p for p in points if p.cost <= 0]
    main, aside = _axes(figure, models, lines, better)
    bottom = figure.axes[-1]
    _scale_x(bottom, models, cost)
    if better == "lower":
        for axes in figure.axes:
            axes.invert_yaxis()
    front = _front(models, better, cost.better)
    main.plot([p.cost for p in front], [p.value for p in front], color=ACCENT, lw=1.2, alpha=0.55)
    _join_families(main, models)
    _join_curves(main, models)
    for point in models:
        colour = ACCENT if point in front else MUTED
        cards.point(
            main,
            point.cost,
            point.value,
            point.card or point.label,
            marker="o",
            ms=6.2,
            color=colour,
            markeredgecolor=PAPER,
            markeredgewidth=0.8,
            zorder=3,
        )
    for line in lines:
        aside.axhline(line.value, color=SECOND, lw=1.1, ls=(0, (5, 4)))
    figure.supylabel(title, fontsize=SIZE, x=0.012)
    way = "log scale" if cost.better == "lower" else "log scale, more is left"
    bottom.set_xlabel(f"{cost.title} ({way})", labelpad=8)
    _write(figure, main, aside, models, lines, front)


def _axes(
    figure: Figure, models: list[PlotPoint], lines: list[PlotPoint], better: str
) -> tuple[Any, Any]:
    """Return one pair of axes for models and lines, or two when far dashed lines would flatten the rest.

    The lines stand above the models where they are better, and one pair serves all where only some are.
    """
    values = [p.value for p in models]
    low, high = min(values), max(values)
    span = max(high - low, abs(high) * 1e-3, 1e-6)
    far = [p.value for p in lines if p.value < low - 0.8 * span or p.value > high + 0.8 * span]
    figure.subplots_adjust(left=0.14, right=0.975, top=0.97, bottom=0.115, hspace=0.1)
    above = {(value > high) == (better == "higher") for value in far}
    if len(above) != 1 or len(far) != len(lines):
        axes = figure.add_subplot()
        _range_y(axes, [p.value for p in (*models, *lines)])
        return axes, axes
    are_above = above == {True}
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[1, 5] if are_above else [5, 1])
    of_models, of_lines = (lower, upper) if are_above else (upper, lower)
    _range_y(of_models, values)
    _range_y(of_lines, far, ticks=2)
    upper.spines["bottom"].set_visible(False)
    gap = {
        "marker": [(-1, -0.6), (1, 0.6)],
        "ms": 7,
        "ls": "none",
        "color": MUTED,
        "clip_on": False,
    }
    upper.plot([0, 1], [0, 0], transform=upper.transAxes, **gap)
    lower.plot([0, 1], [1, 1], transform=lower.transAxes, **gap)
    return of_models, of_lines


def _range_y(axes: Any, values: list[float], ticks: int = 6) -> None:
    low, high = min(values), max(values)
    room = max((high - low) * 0.12, abs(high) * 1e-3, 1e-6)
    axes.set_ylim(low - room, high + room)
    axes.yaxis.set_major_locator(MaxNLocator(ticks))


def _scale_x(axes: Any, models: list[PlotPoint], cost: CostAxis) -> None:
    low, high = models[0].cost, models[-1].cost
    axes.set_xscale("log")
    room = max((high / low) ** 0.08, 1.5)
    axes.set_xlim(low / room, high * room)
    axes.xaxis.set_major_locator(LogLocator(subs=ticks_of(low / room, high * room), numticks=20))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: plain_zeros(cost.form(v))))
    axes.xaxis.set_minor_formatter(NullFormatter())
    if cost.better == "higher":
        axes.invert_xaxis()


def _front(models: list[PlotPoint], better: str, cheaper: str) -> list[PlotPoint]:
    """Return the models on the Pareto front, from one end to the other."""
    signs = [-1 if way == "lower" else 1 for way in (cheaper, better)]
    on = pareto_front([(p.cost, p.value) for p in models], signs)
    return [point for point, is_on in zip(models, on, strict=True) if is_on]


def _join_families(axes: Any, models: list[PlotPoint]) -> None:
    """Draw arrows from models to their variants."""
    by_label = {p.label: p for p in models}
    for point in models:
        parent = by_label.get(point.parent)
        if parent is not None and parent is not point:
            ends = (point.cost, point.value), (parent.cost, parent.value)
            how = {"arrowstyle": "->", "color": SECOND, "lw": 0.8, "shrinkA": 5, "shrinkB": 5}
            axes.annotate("", *ends, arrowprops=how, zorder=2)


def _join_curves(axes: Any, models: list[PlotPoint]) -> None:
    """Draw a line through the points of each curve, from the cheapest to the dearest."""
    for name in dict.fromkeys(p.curve for p in models if p.curve):
        some = [p for p in models if p.curve == name]
        axes.plot([p.cost for p in some], [p.value for p in some], color=SECOND, lw=1.1, zorder=2)


def _write(
    figure: Figure,
    main: Any,
    aside: Any,
    models: list[PlotPoint],
    lines: list[PlotPoint],
    front: list[PlotPoint],
) -> None:
    places = main.transData.transform([(p.cost, p.value) for p in models]).tolist()
    named = [(short(p.label), tuple(at), p in front) for p, at in zip(models, places, strict=True)]
    frame = main.get_window_extent()
    dashes = [aside.transData.transform((models[0].cost, p.value))[1] for p in lines]
    edges = [(short(p.label), y) for p, y in zip(lines, dashes, strict=True)]
    for label in place_labels(named, edges, frame, aside.get_window_extent(), SIZE):
        colour = {"front": INK, "model": MUTED, "line": SECOND}[label.kind]
        write(figure, label.x, label.y, label.text, ha=label.align, color=colour)
        if label.leader:
            figure.add_artist(mpl.lines.Line2D(*label.leader, transform=None, color=MUTED, lw=0.5))
