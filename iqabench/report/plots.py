"""Quality against parameters, as SVG that takes its colours from the page around it.

Text stays text and colours are placeholders until the end, so that one drawing serves a light page, a
dark page and a file of its own. Equal points give equal bytes.
"""

import io
import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Any

import matplotlib as mpl
from matplotlib import style
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from iqabench.report._labelling import place_labels
from iqabench.report._svg import COLOURS, clean
from iqabench.report.figures import parameters

_INK, _MUTED, _LINE, _ACCENT, _PAPER, _SECOND = (pair[0] for pair in COLOURS.values())
_SIZE = 9.0
_LONGEST = 30
_STYLE = {
    "svg.hashsalt": "iqabench", "svg.fonttype": "none", "font.family": ["sans-serif"],
    "font.sans-serif": ["DejaVu Sans"], "font.size": _SIZE, "text.color": _INK, "text.usetex": False,
    "axes.edgecolor": _LINE, "axes.labelcolor": _INK, "axes.spines.top": False,
    "axes.spines.right": False, "axes.grid": True, "grid.color": _LINE, "grid.linewidth": 0.6,
    "xtick.color": _LINE, "ytick.color": _LINE, "xtick.labelcolor": _INK, "ytick.labelcolor": _INK,
    "axes.axisbelow": True, "axes.unicode_minus": False, "figure.facecolor": "none",
    "axes.facecolor": "none", "xtick.major.size": 0, "ytick.major.size": 0, "xtick.minor.size": 0,
    "xtick.major.pad": 5, "ytick.major.pad": 5, "axes.spines.left": False,
}  # fmt: skip


@dataclass(frozen=True)
class Point:
    """One configuration in the plot."""

    label: str
    params: int
    value: float


def can_plot(points: Sequence[Point]) -> bool:
    """Whether there is anything to compare: two points, one of which has parameters."""
    drawn = [p for p in points if isfinite(p.value)]
    return len(drawn) > 1 and any(p.params > 0 for p in drawn)


def quality_plot(points: Sequence[Point], title: str, better: str) -> str:
    """A drawing of quality against parameters; better is up, fewer parameters are left.

    Models without parameters are dashed lines; the best for their size are joined by the front.

    Returns: SVG with placeholder colours, for `for_page` or `for_file`.
    """
    drawn = sorted(
        (p for p in points if isfinite(p.value)), key=lambda p: (p.params, p.value, p.label)
    )
    with style.context(["default", _STYLE]), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # a glyph that DejaVu lacks; the browser has it
        figure = Figure(figsize=(6.3, 4.6), dpi=72)
        FigureCanvasSVG(figure)
        _draw(figure, drawn, title, better)
        out = io.StringIO()
        nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        figure.savefig(out, format="svg", metadata=nothing)
    return clean(out.getvalue())


def _draw(figure: Figure, points: list[Point], title: str, better: str) -> None:
    models = [p for p in points if p.params > 0]
    lines = [p for p in points if p.params <= 0]
    upper, lower = _axes(figure, models, lines)
    _scale_x(lower, models)
    if better == "lower":
        upper.invert_yaxis()
        if lower is not upper:
            lower.invert_yaxis()
    front = _front(models, better)
    upper.plot(
        [p.params for p in front], [p.value for p in front], color=_ACCENT, lw=1.2, alpha=0.55
    )
    on, off = [p for p in models if p in front], [p for p in models if p not in front]
    for some, colour in ((on, _ACCENT), (off, _MUTED)):
        upper.scatter([p.params for p in some], [p.value for p in some], s=30, color=colour,
                      edgecolors=_PAPER, linewidths=0.8, zorder=3)  # fmt: skip
    for line in lines:
        lower.axhline(line.value, color=_SECOND, lw=1.1, ls=(0, (5, 4)))
    figure.supylabel(title, fontsize=_SIZE, x=0.012)
    lower.set_xlabel("Parameters (log scale)", labelpad=8)
    _write(figure, upper, lower, models, lines, front)


def _axes(figure: Figure, models: list[Point], lines: list[Point]) -> tuple[Any, Any]:
    """One pair of axes, or two where the dashed lines lie so far off that they would flatten the rest."""
    values = [p.value for p in models]
    low, high = min(values), max(values)
    span = max(high - low, abs(high) * 1e-3, 1e-6)
    far = [p.value for p in lines if p.value < low - 0.8 * span or p.value > high + 0.8 * span]
    figure.subplots_adjust(left=0.14, right=0.975, top=0.97, bottom=0.115, hspace=0.1)
    if not far or len(far) != len(lines):
        axes = figure.add_subplot()
        _range_y(axes, [p.value for p in (*models, *lines)])
        return axes, axes
    upper, lower = figure.subplots(2, 1, sharex=True, height_ratios=[5, 1])
    _range_y(upper, values)
    _range_y(lower, far, ticks=2)
    upper.spines["bottom"].set_visible(False)
    gap = {
        "marker": [(-1, -0.6), (1, 0.6)],
        "ms": 7,
        "ls": "none",
        "color": _MUTED,
        "clip_on": False,
    }
    upper.plot([0, 1], [0, 0], transform=upper.transAxes, **gap)
    lower.plot([0, 1], [1, 1], transform=lower.transAxes, **gap)
    return upper, lower


def _range_y(axes: Any, values: list[float], ticks: int = 6) -> None:
    low, high = min(values), max(values)
    room = max((high - low) * 0.12, abs(high) * 1e-3, 1e-6)
    axes.set_ylim(low - room, high + room)
    axes.yaxis.set_major_locator(MaxNLocator(ticks))


def _scale_x(axes: Any, models: list[Point]) -> None:
    low, high = models[0].params, models[-1].params
    axes.set_xscale("log")
    room = max((high / low) ** 0.08, 1.5)
    axes.set_xlim(low / room, high * room)
    steps = (1.0, 2.0, 5.0) if high / low < 300 else (1.0,)
    axes.xaxis.set_major_locator(LogLocator(subs=steps, numticks=20))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda v, _: parameters(round(v)).replace(".00", "").replace(".0", ""))
    )
    axes.xaxis.set_minor_formatter(NullFormatter())


def _front(models: list[Point], better: str) -> list[Point]:
    """Those that nobody with as few parameters beats, from small to large."""
    sign = -1 if better == "lower" else 1
    found: list[Point] = []
    for point in sorted(models, key=lambda p: (p.params, -sign * p.value, p.label)):
        if not found or sign * point.value > sign * found[-1].value:
            found.append(point)
    return found


def _write(
    figure: Figure,
    upper: Any,
    lower: Any,
    models: list[Point],
    lines: list[Point],
    front: list[Point],
) -> None:
    places = upper.transData.transform([(p.params, p.value) for p in models]).tolist()
    named = [(_short(p.label), tuple(at), p in front) for p, at in zip(models, places, strict=True)]
    frame = upper.get_window_extent()
    dashes = [lower.transData.transform((models[0].params, p.value))[1] for p in lines]
    edges = [(_short(p.label), y) for p, y in zip(lines, dashes, strict=True)]
    for label in place_labels(named, edges, frame, lower.get_window_extent(), _SIZE):
        colour = {"front": _INK, "model": _MUTED, "line": _SECOND}[label.kind]
        figure.text(label.x, label.y, label.text, transform=None, ha=label.align, va="center",
                    color=colour, fontsize=_SIZE, parse_math=False, zorder=5)  # fmt: skip
        if label.leader:
            figure.add_artist(mpl.lines.Line2D(*label.leader, transform=None, color=_MUTED, lw=0.5))


def _short(label: str) -> str:
    """A label that fits a plot, without line breaks."""
    text = " ".join("".join(c if c.isprintable() else " " for c in label).split())
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 11]}…{text[-10:]}"
