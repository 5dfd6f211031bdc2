"""Box plots of latency samples: whiskers, the interval of the median, and outliers for each model."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from iqabench.report.data.costs import MeasuredCost
from iqabench.report.plots.drawing import (
    ACCENT,
    INK,
    MUTED,
    PAPER,
    SECOND,
    PointCards,
    drawing,
    short,
    ticks_of,
)
from iqabench.report.text.figures import plain_zeros

_FENCE = 1.5
"""Interquartile ranges from the quartiles to Tukey's fences, as for the outliers in the records."""
_WIDE = 5.0
"""Ratio of the largest to the least sample from which on the axis is logarithmic."""


@dataclass(frozen=True)
class LatencyBox:
    """The box of one model's samples."""

    label: str
    low: float
    """Least sample within the fences."""
    q1: float
    median: float
    q3: float
    high: float
    """Largest sample within the fences."""
    outliers: tuple[float, ...]
    interval: tuple[float, float] | None
    samples: int


def box_of(label: str, cost: MeasuredCost) -> LatencyBox | None:
    """Return the box of one latency; None when its samples were not kept."""
    kept = cost.details.get("samples_ms")
    if not isinstance(kept, list) or not kept:
        return None
    samples = np.sort(np.asarray(kept, dtype=np.float64))
    q1, middle, q3 = (float(q) for q in np.percentile(samples, (25, 50, 75)))
    reach = _FENCE * (q3 - q1)
    inside = (samples >= q1 - reach) & (samples <= q3 + reach)
    low, high = float(samples[inside][0]), float(samples[inside][-1])
    outliers = tuple(samples[~inside].tolist())
    return LatencyBox(label, low, q1, middle, q3, high, outliers, cost.interval, len(samples))


def latency_plot(boxes: Sequence[LatencyBox]) -> str:
    """Draw one line for each model, the first on top.

    Returns: SVG with placeholder colours.
    """
    height = 0.9 + 0.38 * len(boxes)
    return drawing((6.3, height), lambda figure, cards: _draw(figure, cards, boxes, height))


def _draw(figure: Figure, cards: PointCards, boxes: Sequence[LatencyBox], height: float) -> None:
    figure.subplots_adjust(left=0.27, right=0.975, top=1 - 0.08 / height, bottom=0.55 / height)
    axes = figure.add_subplot()
    for at, box in enumerate(boxes):
        _draw_box(axes, cards, -at, box)
    axes.set_ylim(-len(boxes) + 0.4, 0.6)
    axes.set_yticks([-at for at in range(len(boxes))], [""] * len(boxes))
    for at, box in enumerate(boxes):
        axes.text(
            -0.015,
            -at,
            short(box.label, 26),
            transform=axes.get_yaxis_transform(),
            ha="right",
            va="center",
            parse_math=False,
        )
    axes.grid(visible=False, axis="y")
    _scale(axes, boxes)
    axes.set_xlabel("Latency (ms)", labelpad=8)


def _draw_box(axes: Any, cards: PointCards, y: float, box: LatencyBox) -> None:
    axes.plot([box.low, box.q1], [y, y], color=MUTED, lw=1)
    axes.plot([box.q3, box.high], [y, y], color=MUTED, lw=1)
    frame = Rectangle((box.q1, y - 0.26), box.q3 - box.q1, 0.52, fill=False, edgecolor=MUTED, lw=1)
    axes.add_patch(frame)
    if box.interval:
        axes.plot(box.interval, [y, y], color=ACCENT, lw=5, alpha=0.45, solid_capstyle="butt")
    axes.plot(
        box.outliers,
        [y] * len(box.outliers),
        ls="none",
        marker="o",
        ms=2.6,
        color=SECOND,
        markeredgewidth=0,
        alpha=0.7,
    )
    cards.point(
        axes,
        box.median,
        y,
        _card(box),
        marker="o",
        ms=6.2,
        color=INK,
        markeredgecolor=PAPER,
        markeredgewidth=0.8,
        zorder=4,
    )


def _card(box: LatencyBox) -> str:
    lines = [box.label, f"Median {box.median:.4g} ms"]
    if box.interval:
        lines.append(f"95 % interval {box.interval[0]:.4g} to {box.interval[1]:.4g} ms")
    lines.append(f"Quartiles {box.q1:.4g} and {box.q3:.4g} ms")
    return "\n".join([*lines, f"{len(box.outliers)} outliers of {box.samples} samples"])


def _scale(axes: Any, boxes: Sequence[LatencyBox]) -> None:
    every = [v for b in boxes for v in (b.low, b.high, *b.outliers)]
    low, high = min(every), max(every)
    if low > 0 and high / low > _WIDE:
        axes.set_xscale("log")
        axes.set_xlim(low / 1.15, high * 1.15)
        axes.xaxis.set_major_locator(LogLocator(subs=ticks_of(low, high), numticks=12))
        axes.xaxis.set_minor_formatter(NullFormatter())
    else:
        room = max((high - low) * 0.05, high * 1e-3, 1e-6)
        axes.set_xlim(low - room, high + room)
        axes.xaxis.set_major_locator(MaxNLocator(7))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda v, _: plain_zeros(f"{v:.6g}")))
