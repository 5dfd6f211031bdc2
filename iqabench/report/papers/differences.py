"""Two models image by image: the differences in their order, and who is ahead on each image."""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from iqabench.report.data import labels
from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.papers.print_style import ACCENT, INK, MUTED, SECOND, SIZE, save_figure, short
from iqabench.report.statistics import matrix_of, mean_intervals
from iqabench.report.statistics.bootstrap import Doubles

_NAMED = 60
"""Largest number of images of which each is named."""


def difference_figure(
    folder: Path,
    name: str,
    width: float,
    results: Results,
    table: Table,
    at: int,
    pair: tuple[TableRow, TableRow],
) -> list[Path]:
    """Draw a bar for each image, the first model's value minus the second's; a band is the interval of the
    mean.

    Returns: the files; none where the two have no images in common.
    """
    matrix = matrix_of(results, table.number, table.column_numbers[at])
    numbers = [row.number for row in pair]
    if any(n not in matrix.configurations for n in numbers) or len(matrix.samples) < 2:
        return []
    first, second = (matrix.values[matrix.configurations.index(n)] for n in numbers)
    apart = first - second
    if not np.isfinite(apart).all():
        return []
    order = np.argsort(apart, kind="stable")[::-1]
    column = table.columns[at]
    low, high = mean_intervals(apart[None])[0]

    def draw(figure: Figure) -> None:
        named = len(apart) <= _NAMED and width / len(apart) > 0.09
        below, above = (0.75, 0.95) if named else (0.3, 0.5)
        axes = figure.add_axes((0.5 / width, below / 2.2, 1 - 0.56 / width, 1 - above / 2.2))
        better = apart[order] * column.sign
        colours = [ACCENT if b > 0 else SECOND if b < 0 else MUTED for b in better]
        axes.bar(range(len(order)), apart[order], width=0.82, color=colours, zorder=2)
        if np.isfinite(low):  # fewer than five images have no interval
            axes.axhspan(float(low), float(high), color=INK, alpha=0.13, lw=0, zorder=1)
        axes.axhline(float(apart.mean()), color=INK, lw=0.7, ls=(0, (4, 3)), zorder=3)
        axes.axhline(0, color=INK, lw=0.6, zorder=3)
        axes.set_xlim(-0.6, len(order) - 0.4)
        axes.grid(visible=False, axis="x")
        ticks = [short(matrix.samples[n], 14) for n in order] if named else []
        axes.set_xticks(range(len(ticks)), ticks, rotation=90, fontsize=SIZE - 1.5)
        if not named:
            axes.set_xlabel(f"{len(order)} images, by difference")
        axes.set_ylabel(f"{labels.column_title(column)}, difference", parse_math=False, labelpad=2)
        axes.set_title(_said(apart * column.sign, pair, table), parse_math=False, loc="left", pad=4)

    return save_figure(folder, name, (width, 2.2), draw)


def _said(better: Doubles, pair: tuple[TableRow, TableRow], table: Table) -> str:
    """Return who is ahead on how many images, as a sentence."""
    names = [short(row.label) for row in pair]
    ahead, behind = int((better > 0).sum()), int((better < 0).sum())
    where = labels.setting_title(table.setting)
    return f"{where}: {names[0]} is ahead on {ahead}, {names[1]} on {behind} of {len(better)}"
