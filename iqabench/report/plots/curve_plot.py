"""One drawing of curves on two linear axes, as SVG that takes its colours from the page around it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

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
    write,
)

_COLOURS = (ACCENT, SECOND, INK, MUTED)
_MOST_TICKS = 11
"""The largest number of values of a setting that are all named below the axis."""
_DASHED = (0, (4, 3))


@dataclass(frozen=True)
class Axis:
    """One axis of a drawing of curves."""

    title: str
    better: str = ""
    """Better direction, higher or lower; empty for an axis without one, such as a setting."""


@dataclass(frozen=True)
class PlacedPoint:
    """One point of a curve."""

    x: float
    y: float
    card: str
    """Text that a reader sees on hovering."""
    mark: str
    """Value of the setting, which stands beside the ends of a curve."""


@dataclass(frozen=True)
class Curve:
    """The points of one model in the order of its setting."""

    label: str
    points: tuple[PlacedPoint, ...]
    random_weights: bool = False


def curve_plot(curves: Sequence[Curve], below: Axis, beside: Axis) -> str:
    """Draw curves; better is up and, where the lower axis has a better direction, right.

    Curves of random weights are dashed, and their points hollow.

    Returns: SVG with placeholder colours, for `for_page` or `for_file`.
    """
    return drawing((6.3, 4.6), lambda figure, cards: _draw(figure, cards, curves, below, beside))


def _draw(
    figure: Figure, cards: PointCards, curves: Sequence[Curve], below: Axis, beside: Axis
) -> None:
    figure.subplots_adjust(left=0.14, right=0.78, top=0.96, bottom=0.115)
    axes = figure.add_subplot()
    for number, curve in enumerate(curves):
        _draw_curve(axes, cards, curve, _COLOURS[number % len(_COLOURS)])
    axes.margins(0.06, 0.1)
    axes.autoscale_view()  # names are placed by these limits
    values = sorted({point.x for curve in curves for point in curve.points})
    if below.better or len(values) > _MOST_TICKS:
        axes.xaxis.set_major_locator(MaxNLocator(6))
    else:
        axes.set_xticks(values, [f"{value:g}" for value in values])
    axes.yaxis.set_major_locator(MaxNLocator(6))
    axes.ticklabel_format(axis="y", useOffset=False, style="plain")
    if beside.better == "lower":
        axes.invert_yaxis()
    if below.better == "lower":
        axes.invert_xaxis()
    figure.supylabel(beside.title, fontsize=SIZE, x=0.012)
    axes.set_xlabel(below.title, labelpad=8)
    if below.better:
        _mark_ends(axes, curves)
    _write_names(figure, axes, curves)


def _draw_curve(axes: Any, cards: PointCards, curve: Curve, colour: str) -> None:
    xs, ys = ([getattr(point, name) for point in curve.points] for name in ("x", "y"))
    dash = _DASHED if curve.random_weights else "-"
    axes.plot(xs, ys, color=colour, ls=dash, lw=1.2, zorder=2)
    face, edge = (PAPER, colour) if curve.random_weights else (colour, PAPER)
    for point in curve.points:
        cards.point(
            axes,
            point.x,
            point.y,
            point.card,
            marker="o",
            ms=5.4,
            color=face,
            markeredgecolor=edge,
            markeredgewidth=1.1,
            zorder=3,
        )


def _mark_ends(axes: Any, curves: Sequence[Curve]) -> None:
    """Write the value of the setting beside the first and the last point of each curve."""
    for curve in curves:
        for point in (curve.points[0], curve.points[-1]):
            axes.annotate(
                point.mark,
                (point.x, point.y),
                xytext=(0, 7),
                textcoords="offset points",
                ha="center",
                fontsize=SIZE - 1,
                color=INK,
            )


def _write_names(figure: Figure, axes: Any, curves: Sequence[Curve]) -> None:
    """Write the names right of the frame, each at the height of its curve's last point if there is room."""
    ends = [(curve.points[-1].x, curve.points[-1].y) for curve in curves]
    heights = [y for _, y in axes.transData.transform(ends).tolist()]
    frame = axes.get_window_extent()
    lowest = frame.y0
    for height, number in sorted(zip(heights, range(len(curves)), strict=True)):
        lowest = max(height, lowest)
        colour = _COLOURS[number % len(_COLOURS)]
        name = short(curves[number].label.replace("random weights", "random"), 18)
        write(figure, frame.x1 + 8, lowest, name, ha="left", color=colour)
        lowest += SIZE * 1.25
