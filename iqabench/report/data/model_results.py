"""The means of models, each with its place among the others and its difference to the best."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from iqabench.report.data.tables import Table, TableCell, TableRow
from iqabench.report.text.figures import digits


@dataclass(frozen=True)
class ModelResult:
    """One mean of a model, and its place among the others."""

    table: Table
    row: TableRow
    at: int
    """Position of its column in the table."""
    cell: TableCell
    place: int
    """Place, 1 for the best; 0 when it takes none."""
    of: int
    """Number of rows that take a place."""
    best: TableRow | None
    to_best: float | None
    """Difference to the best mean; 0 for the best."""


def model_results(tables: Iterable[Table]) -> Iterable[ModelResult]:
    """Yield every mean of every table, sets in their order."""
    for table in tables:
        for at, column in enumerate(table.columns):
            ranked = table.ranked(at)
            values = {r.number: _value(r, at) for r in ranked}
            printed = {n: round(v, digits(column.unit)) for n, v in values.items()}
            worse_first = sorted(column.sign * v for v in printed.values())
            for row in table.rows:
                if (cell := row.cells[at]) is None:
                    continue
                mine = printed.get(row.number)
                place = _place(mine, worse_first, column.sign)
                best = ranked[0] if ranked else None
                yield ModelResult(
                    table, row, at, cell, place, len(ranked), best, _apart(cell, best, at)
                )


def _place(mine: float | None, worse_first: Sequence[float], sign: int) -> int:
    """Return a competition rank: one more than the number of better means; equal printed figures share it."""
    return 0 if mine is None else 1 + len(worse_first) - bisect_right(worse_first, sign * mine)


def _value(row: TableRow, at: int) -> float:
    cell = row.cells[at]
    return cell.mean.value if cell and cell.mean.value is not None else float("nan")


def _apart(cell: TableCell, best: TableRow | None, at: int) -> float | None:
    if best is None or cell.mean.value is None or not cell.mean.complete:
        return None
    return cell.mean.value - _value(best, at)
