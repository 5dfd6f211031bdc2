"""Certainty of a table's order: models that may be the best, and orders on other images.

Statistics are over the models that have every image and true weights, the best forty where there are more.
Each model is compared with the best and with the next one, two families of tests; how a pair compares
(`RankedModel.wins`) depends on no other model.
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
    PairComparison,
    Stability,
    can_tell_apart,
    compare_family,
    compare_pairs,
    deciders,
    matrix_of,
    stability,
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
    to_best: PairComparison | None
    """Comparison with the best; None for the best itself."""
    to_next: PairComparison | None
    """Comparison with the next model; None for the last."""
    rank: int
    low: int
    high: int
    """Largest rank in 95 % of the resamples."""
    first: float
    """Share of the resamples in which it is first."""
    wins: tuple[PairComparison | None, ...]
    """Comparisons with the others, each pair for itself, in their order; None with itself."""

    @property
    def may_be_best(self) -> bool:
        """True for the best and for all models that cannot be told apart from it."""
        return self.to_best is None or not self.to_best.told_apart


@dataclass(frozen=True)
class ColumnOrder:
    """One column's order, best first."""

    label: str
    column: MeasuredColumn
    places: tuple[RankedModel, ...]
    samples: int
    can_tell_apart: bool
    """False when so few images could not tell any models apart."""
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
    best = [None, *compare_family([matrix.values], [(0, n) for n in range(1, count)], matrix.sign)]
    pairs = [(n + 1, n) for n in range(count - 1)]
    following = [*compare_family([matrix.values], pairs, matrix.sign), None]
    wins = _head_to_head(matrix)
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
                best[n],
                following[n],
                sure.ranks[n],
                sure.low[n],
                sure.high[n],
                sure.first[n],
                wins[n],
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
        can_tell_apart(len(matrix.samples)),
        sure.tau,
        tuple(told[:_DECIDERS]),
        sum(d.turns for d in told),
        tuple(silent),
    )


def _head_to_head(matrix: Matrix) -> list[tuple[PairComparison | None, ...]]:
    """Return how each row compares with each other one, as the second of the pair."""
    rows = range(len(matrix.configurations))
    pairs = [(other, row) for row in rows for other in rows if other != row]
    found = {(one.b, one.a): one for one in compare_pairs([matrix.values], pairs, matrix.sign)}
    return [tuple(found.get((row, other)) for other in rows) for row in rows]
