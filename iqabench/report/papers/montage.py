"""A montage: a window of the target, and the region in it that each model restored.

From kept cuts alone. The region is where models are farthest apart; each pixel of it stays a pixel.
"""

from collections.abc import Sequence
from math import ceil
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from iqabench.images import Image
from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import Table
from iqabench.report.papers.print_style import INK, SECOND, SIZE, save_figure, short
from iqabench.report.plots.error_maps import decoded
from iqabench.report.plots.pictures import Pictures
from iqabench.report.text.figures import figure as printed
from iqabench.report.text.figures import short_unit

_SIDE = 48
"""Side of the region, in pixels of the target; a window smaller than twice that is shown by its half."""
_GAP, _EDGE = 0.05, 0.01
_UNDER = 0.27
"""Inches between pictures and around them, and under each for a name and a figure."""
_MOST = 10
"""Largest number of outputs in one figure: the best by the first column, and the last."""


def montage_figure(
    folder: Path,
    name: str,
    width: float,
    results: Results,
    table: Table,
    sample: str,
    found: Pictures,
) -> list[Path]:
    """Draw one sample: the target's window with the region marked, then the region in every picture.

    Returns: the files; none where pictures cannot be read.
    """
    target = decoded(found.target) if found.target else None
    outputs = _outputs(table, found, target)
    if target is None or not outputs:
        return []
    top, left, side = region([image for _, image in outputs], table.setting.scale)
    values = _values(results, table, sample)
    parts = [("target", "", target[top : top + side, left : left + side])]
    parts += _input(found, target, (top, left, side))
    parts += [
        (
            short(table.rows[at].label, 16),
            values.get(table.rows[at].number, ""),
            image[top : top + side, left : left + side],
        )
        for at, image in _some(outputs)
    ]
    return _keep(folder, name, width, (target, (top, left, side), short(sample, 40)), parts)


def region(images: Sequence[Image], step: int = 1) -> tuple[int, int, int]:
    """Return top, left and side of the square in which the outputs vary most.

    All three are multiples of `step`, so that whole pixels of an input lie in it.
    """
    height, width = images[0].shape[:2]
    side = max(min(_SIDE, height // 2, width // 2) // step, 1) * step
    stack = np.stack([image.astype(np.float32) for image in images])
    spread = stack.var(axis=0).sum(axis=2)
    sums = cv2.integral(spread)
    boxes = sums[side:, side:] - sums[:-side, side:] - sums[side:, :-side] + sums[:-side, :-side]
    boxes = boxes[::step, ::step]
    top, left = np.unravel_index(int(boxes.argmax()), boxes.shape)
    return int(top) * step, int(left) * step, side


_Part = tuple[str, str, Image]


def _outputs(table: Table, found: Pictures, target: Image | None) -> list[tuple[int, Image]]:
    """Return positions of rows and their outputs of the target's size, in the table's order."""
    every = [
        (at, decoded(found.outputs.get(row.number, b"") or b"\0"))
        for at, row in enumerate(table.rows)
    ]
    return [
        (at, i)
        for at, i in every
        if i is not None and target is not None and i.shape == target.shape
    ]


def _some(outputs: list[tuple[int, Image]]) -> list[tuple[int, Image]]:
    return outputs if len(outputs) <= _MOST else [*outputs[: _MOST - 1], outputs[-1]]


def _input(found: Pictures, target: Image, where: tuple[int, int, int]) -> list[_Part]:
    """Return the same region of the input at its own size, if that is a whole fraction of the target's."""
    given = decoded(found.input) if found.input else None
    if given is None or target.shape[0] % given.shape[0]:
        return []
    scale = target.shape[0] // given.shape[0]
    top, left, side = (n // scale for n in where)
    return [("input", "", given[top : top + max(side, 1), left : left + max(side, 1)])]


def _values(results: Results, table: Table, sample: str) -> dict[int, str]:
    column = table.columns[0]
    found = results.query(
        'SELECT configuration, value FROM cells WHERE setting = ? AND "column" = ? AND sample = ?',
        [table.number, table.column_numbers[0], sample],
    )
    unit = short_unit(column.unit)
    return {r["configuration"]: f"{printed(r['value'], column.unit)} {unit}".strip() for r in found}


def _keep(
    folder: Path,
    name: str,
    width: float,
    shown: tuple[Image, tuple[int, int, int], str],
    parts: list[_Part],
) -> list[Path]:
    """Draw a grid of squares; the window takes two by two of them, top left."""
    target, (top, left, side), sample = shown
    columns = max(4, 2 + ceil(len(parts) / 2)) if width > 5 else 4
    free = [(r, c) for r in range(len(parts) + 2) for c in range(columns) if r > 1 or c > 1]
    cell = (width - _GAP * (columns - 1) - 2 * _EDGE) / columns
    rows = max(2, 1 + max(r for r, _ in free[: len(parts)]))
    height = rows * (cell + _UNDER) + _EDGE

    def place(row: int, column: int, side: float) -> tuple[float, float, float, float]:
        x, y = _EDGE + column * (cell + _GAP), _EDGE + row * (cell + _UNDER)
        return x / width, 1 - (y + side) / height, side / width, side / height

    def draw(figure: Figure) -> None:
        axes = figure.add_axes(place(0, 0, 2 * cell + _GAP))
        _show(axes, target, sample, "", INK)
        axes.add_patch(
            Rectangle((left - 0.5, top - 0.5), side, side, fill=False, ec=SECOND, lw=1.2)
        )
        for (row, column), (label, value, image) in zip(free, parts, strict=False):
            _show(figure.add_axes(place(row, column, cell)), image, label, value, SECOND)

    return save_figure(folder, name, (width, height), draw)


def _show(axes: Any, image: Image, label: str, value: str, colour: str) -> None:
    axes.imshow(image, interpolation="none")
    axes.set(xticks=[], yticks=[])
    axes.grid(visible=False)
    for spine in axes.spines.values():
        spine.set(visible=True, color=colour, linewidth=0.6)
    for line, text in enumerate((label, value), start=1):  # on fixed lines, whatever their letters
        axes.annotate(
            text,
            (0.5, 0),
            xytext=(0, -1.05 * line * SIZE),
            xycoords="axes fraction",
            textcoords="offset points",
            ha="center",
            fontsize=SIZE - 0.5,
            parse_math=False,
        )
