"""Models over sets as dots with intervals, each set on a scale of its own."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from iqabench.report.data import labels
from iqabench.report.data.subjects import Configuration, MeasuredColumn
from iqabench.report.data.tables import Table
from iqabench.report.papers.print_style import ACCENT, INK, MUTED, save_figure, short
from iqabench.report.statistics.intervals import Intervals

_MOST = 40
"""Largest number of models in one figure: the best of the first set."""


def dot_figure(
    folder: Path,
    name: str,
    width: float,
    tables: Sequence[Table],
    column: MeasuredColumn,
    intervals: Intervals,
) -> list[Path]:
    """Draw one panel for each set and one line for each model, the best of the first set on top.

    Returns: the files; none for a single model.
    """
    order = [row.configuration for row in tables[0].ranked(tables[0].columns.index(column))][:_MOST]
    if len(order) < 2:
        return []
    names = labels.configuration_labels(r.configuration for t in tables for r in t.rows)
    height = 0.62 + 0.135 * len(order)

    def draw(figure: Figure) -> None:
        longest = max(len(short(names[how])) for how in order)
        left = (0.12 + 0.058 * longest) / width
        every = figure.subplots(
            1,
            len(tables),
            sharey=True,
            squeeze=False,
            gridspec_kw={
                "left": left,
                "right": 1 - 0.08 / width,
                "top": 1 - 0.2 / height,
                "bottom": 0.36 / height,
                "wspace": 0.12,
            },
        )[0]
        for axes, table in zip(every, tables, strict=True):
            _panel(axes, table, column, order, intervals)
            axes.set_title(labels.setting_title(table.setting), parse_math=False, pad=3)
        every[0].set_yticks(range(len(order)), [short(names[how]) for how in order])
        every[0].set_ylim(len(order) - 0.4, -0.6)
        way = {"higher": ", higher is better", "lower": ", lower is better"}.get(column.better, "")
        figure.supxlabel(
            f"{labels.column_title(column)}, {column.protocol}{way}; bars: 95 %",
            y=0.03,
            va="bottom",
            fontsize="medium",
            parse_math=False,
        )

    return save_figure(folder, name, (width, height), draw)


def _panel(
    axes: Any,
    table: Table,
    column: MeasuredColumn,
    order: Sequence[Configuration],
    intervals: Intervals,
) -> None:
    at = table.columns.index(column)
    rows = {row.configuration: row for row in table.rows}
    for line, how in enumerate(order):
        row = rows.get(how)
        cell = row.cells[at] if row else None
        if row is None or cell is None or cell.mean.value is None or not cell.mean.complete:
            continue
        colour = ACCENT if cell.place == 1 else INK if cell.place == 2 else MUTED
        if ends := intervals.of(cell.mean):
            axes.plot(
                ends, [line, line], color=colour, lw=1.0, alpha=0.6, solid_capstyle="butt", zorder=2
            )
        axes.plot([cell.mean.value], [line], marker="o", ms=3.2, color=colour, ls="none", zorder=3)
    axes.spines["left"].set_visible(False)
    axes.xaxis.set_major_locator(MaxNLocator(4, min_n_ticks=2))
