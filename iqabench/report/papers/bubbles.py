"""Plots of quality against cost for papers: up is better, left is cheaper, areas are parameters."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from pathlib import Path
from textwrap import fill
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, LogLocator, MaxNLocator, NullFormatter

from iqabench.report.data import labels
from iqabench.report.data.cost_columns import CostTableColumn, device_titles
from iqabench.report.data.pareto import front
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.papers.print_style import (
    ACCENT,
    INK,
    LINE,
    MUTED,
    SECOND,
    SIZE,
    save_figure,
    short,
)
from iqabench.report.plots.drawing import ticks_of
from iqabench.report.plots.labelling import place_labels
from iqabench.report.plots.set_plots import title_of
from iqabench.report.text import figures

_LARGEST = 120.0
"""Area of the largest bubble, in square points."""
_SMALLEST = 8.0


@dataclass(frozen=True)
class _Bubble:
    label: str
    cost: float
    value: float
    params: float
    """Number of parameters; 0 when it is not stated."""


def bubble_figure(
    folder: Path, name: str, width: float, table: Table, at: int, below: CostTableColumn | None
) -> list[Path]:
    """Draw one column of a table against a cost, or against parameters when `below` is None.

    Returns: the files; none where fewer than two models have both.
    """
    every = [b for row in table.ranked(at) if (b := _bubble(row, at, below))]
    models = [b for b in every if b.cost > 0]
    if len(models) < 2:
        return []
    column = table.columns[at]
    title = f"{labels.column_title(column)}, {labels.setting_title(table.setting)}"
    under = title_of(below, device_titles([below])) if below else "Parameters"
    unit = below.column.unit if below else "1"
    signs = (below.column.sign if below else -1, column.sign)

    def draw(figure: Figure) -> None:
        axes = figure.add_axes((0.56 / width, 0.36 / 2.5, 1 - 0.62 / width, 1 - 0.44 / 2.5))
        _scatter(axes, models, signs)
        _scale(axes, models, unit, signs)
        axes.set_ylabel(title, parse_math=False, labelpad=2)
        axes.set_xlabel(f"{under} (log scale)", parse_math=False, labelpad=3)
        _lines(axes, [b for b in every if b.cost <= 0])
        _names(figure, axes, models, signs)

    return save_figure(folder, name, (width, 2.5), draw)


def _bubble(row: TableRow, at: int, below: CostTableColumn | None) -> _Bubble | None:
    cell, params = row.cells[at], row.facts.params
    cost = below.value(row) if below else params
    if cell is None or cell.mean.value is None or cost is None:
        return None
    if not (isfinite(cell.mean.value) and isfinite(cost)):
        return None
    return _Bubble(row.label, float(cost), cell.mean.value, float(params or 0))


def _on_front(models: Sequence[_Bubble], signs: tuple[int, int]) -> list[bool]:
    return front([(b.cost, b.value) for b in models], signs)


def _scatter(axes: Any, models: Sequence[_Bubble], signs: tuple[int, int]) -> None:
    most = max(b.params for b in models) or 1.0
    on = _on_front(models, signs)
    joined = sorted((b.cost, b.value) for b, is_on in zip(models, on, strict=True) if is_on)
    axes.plot(*zip(*joined, strict=True), color=ACCENT, lw=0.8, alpha=0.6, zorder=2)
    for bubble, is_on in sorted(zip(models, on, strict=True), key=lambda one: -one[0].params):
        area = max(_SMALLEST, _LARGEST * bubble.params / most)
        axes.scatter(
            [bubble.cost],
            [bubble.value],
            s=area,
            color=ACCENT if is_on else MUTED,
            alpha=0.55,
            linewidths=0.5,
            edgecolors=INK,
            zorder=3,
        )


def _scale(axes: Any, models: Sequence[_Bubble], unit: str, signs: tuple[int, int]) -> None:
    low, high = min(b.cost for b in models), max(b.cost for b in models)
    room = max((high / low) ** 0.1, 1.25)
    axes.set_xscale("log")
    axes.set_xlim(low / room, high * room)
    axes.xaxis.set_major_locator(LogLocator(subs=ticks_of(low / room, high * room), numticks=12))
    axes.xaxis.set_major_formatter(
        FuncFormatter(lambda v, _: figures.plain_zeros(figures.cost_number(v, unit)))
    )
    axes.xaxis.set_minor_formatter(NullFormatter())
    worst, best = min(b.value for b in models), max(b.value for b in models)
    margin = max((best - worst) * 0.14, abs(best) * 1e-3, 1e-6)
    axes.set_ylim(worst - margin, best + margin)
    axes.yaxis.set_major_locator(MaxNLocator(6))
    if signs[0] > 0:
        axes.invert_xaxis()
    if signs[1] < 0:
        axes.invert_yaxis()


def _lines(axes: Any, free: Sequence[_Bubble]) -> None:
    """Draw methods that cost nothing: dashed lines when they are near, words when they are far below."""
    low, high = sorted(axes.get_ylim())
    for one in free:
        if low <= one.value <= high:
            axes.axhline(one.value, color=SECOND, lw=0.7, ls=(0, (4, 3)), zorder=1)
            axes.annotate(
                short(one.label),
                (0.99, one.value),
                xycoords=("axes fraction", "data"),
                ha="right",
                va="bottom",
                color=SECOND,
                parse_math=False,
            )
    far = [f"{short(b.label)} {b.value:.4g}" for b in free if not low <= b.value <= high]
    if far:
        said = fill(f"at no cost, not drawn: {', '.join(far)}", 36)
        axes.annotate(
            said,
            (0.99, 0.02),
            xycoords="axes fraction",
            ha="right",
            color=SECOND,
            parse_math=False,
            fontsize=SIZE - 1,
        )


def _names(figure: Figure, axes: Any, models: Sequence[_Bubble], signs: tuple[int, int]) -> None:
    places = axes.transData.transform([(b.cost, b.value) for b in models]).tolist()
    on = _on_front(models, signs)
    named = [(short(b.label), tuple(p), o) for b, p, o in zip(models, places, on, strict=True)]
    frame = axes.get_window_extent()
    for label in place_labels(named, [], frame, frame, SIZE):
        figure.text(
            label.x,
            label.y,
            label.text,
            transform=None,
            va="center",
            ha=label.align,
            color=INK if label.kind == "front" else MUTED,
            parse_math=False,
            zorder=5,
        )
        if label.leader:
            (x0, x1), (y0, y1) = label.leader
            ends = axes.transData.inverted().transform([(x0, y0), (x1, y1)])
            axes.plot(*ends.T, color=LINE, lw=0.5, zorder=2)
