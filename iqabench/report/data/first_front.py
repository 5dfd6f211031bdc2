"""The Pareto front that a set's table marks at first: its first column against operations."""

from collections.abc import Sequence
from dataclasses import dataclass

from iqabench.report.data.cost_columns import CostTableColumn
from iqabench.report.data.pareto import front
from iqabench.report.data.tables import Table

PARAMS = "params"


@dataclass(frozen=True)
class FirstFront:
    """The rows on the front, and its columns."""

    columns: tuple[str, str]
    """Names of the two columns, as the heads of the table carry them."""
    rows: frozenset[int]
    """Numbers of the rows."""


def first_front(table: Table, besides: Sequence[CostTableColumn]) -> FirstFront | None:
    """Return the front of the first column against operations, or against parameters without operations.

    Rows that take no place are not on it. None where fewer than two rows have both.
    """
    macs = next((one for one in besides if one.column.metric == "macs" and one.measured > 1), None)
    points: list[tuple[float | None, float | None]] = []
    for row in table.rows:
        cell = row.cells[0]
        competes = cell and cell.mean.complete and not row.configuration.random_weights
        cost = macs.value(row) if macs else row.facts.params
        points.append((cell.mean.value if cell and competes else None, cost))
    if sum(None not in point for point in points) < 2:
        return None
    on = front(points, (table.columns[0].sign, -1))
    numbers = frozenset(row.number for row, is_on in zip(table.rows, on, strict=True) if is_on)
    return FirstFront((table.labels[0], macs.name if macs else PARAMS), numbers)
