"""Certainty of a table's order: models that cannot be told apart, and orders on other images.

Statistics are over the models that have every image and true weights, the best forty where there are more.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import numpy as np

from iqabench.report.data.aggregate import Results
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.data.tables import Table, TableRow
from iqabench.report.statistics import (
    Decider,
    Matrix,
    Stability,
    deciders,
    different,
    letters,
    matrix_of,
    stability,
    win_rates,
)
from iqabench.report.statistics.intervals import Interval, Intervals

MOST_MODELS = 40
MOST_CELLS = 6_000
"""Largest number of pairs of models over all columns of a page; columns beyond are left out."""
_DECIDERS = 10


@dataclass(frozen=True)
class RankedModel:
    """One model in an order."""

    row: TableRow
    mean: float
    text: str
    """The mean as it is printed."""
    interval: Interval | None
    letters: str
    """Letters of groups; models that share one cannot be told apart."""
    rank: int
    low: int
    high: int
    """Largest rank in 95 % of the resamples."""
    first: float
    """Share of the resamples in which it is first."""
    wins: tuple[float, ...]
    """Share of the images on which it beats each of the others, in their order."""


@dataclass(frozen=True)
class ColumnOrder:
    """One column's order, best first."""

    label: str
    column: MeasuredColumn
    places: tuple[RankedModel, ...]
    samples: int
    tau: float
    deciders: tuple[Decider, ...]
    """Images that make the first lead the second, the most telling first."""
    turning: int
    """Number of images without any one of which the second would lead."""
    left_out: tuple[str, ...]
    """Labels of models that are not compared."""


def column_orders(results: Results, table: Table, intervals: Intervals) -> list[ColumnOrder]:
    """Return an order for each column with two models to compare, up to the limit of a page."""
    return list(_orders(results, table, intervals))


def _orders(results: Results, table: Table, intervals: Intervals) -> Iterator[ColumnOrder]:
    room = MOST_CELLS
    for at, number in enumerate(table.column_numbers):
        rows = {row.number: row for row in table.ranked(at)[:MOST_MODELS]}
        room -= len(rows) ** 2
        if room < 0:
            return
        matrix = _best_first(matrix_of(results, table.number, number), list(rows))
        sure = stability(matrix)
        if sure is not None:
            yield _order(table, at, matrix, sure, rows, intervals)


def _best_first(matrix: Matrix, wanted: list[int]) -> Matrix:
    """Return the rows that are wanted and finite, in the wanted order."""
    at = {number: position for position, number in enumerate(matrix.configurations)}
    chosen = [n for n in wanted if n in at and np.isfinite(matrix.values[at[n]]).all()]
    values = matrix.values[[at[n] for n in chosen]]
    return replace(matrix, configurations=tuple(chosen), values=values)


def _order(
    table: Table,
    at: int,
    matrix: Matrix,
    sure: Stability,
    rows: dict[int, TableRow],
    intervals: Intervals,
) -> ColumnOrder:
    count = len(matrix.configurations)
    groups, wins = letters(range(count), different(matrix)), win_rates(matrix)
    places = []
    for n, number in enumerate(matrix.configurations):
        cell = rows[number].cells[at]
        assert cell is not None and cell.mean.value is not None  # noqa: PT018 - it is ranked
        places.append(
            RankedModel(
                rows[number],
                cell.mean.value,
                cell.text,
                intervals.of(cell.mean),
                groups[n],
                sure.ranks[n],
                sure.low[n],
                sure.high[n],
                sure.first[n],
                tuple(float(w) for w in wins[n]),
            )
        )
    told = deciders(matrix, 0, 1)
    silent = [
        row.label for row in table.rows if row.cells[at] and row.number not in matrix.configurations
    ]
    return ColumnOrder(
        table.labels[at],
        table.columns[at],
        tuple(places),
        len(matrix.samples),
        sure.tau,
        tuple(told[:_DECIDERS]),
        sum(d.turns for d in told),
        tuple(silent),
    )
