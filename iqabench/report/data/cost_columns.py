"""Columns of costs beside quality: the costs of the same weights in the same precision, for a set's rows."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from iqabench.report.data.cost_tables import size_order
from iqabench.report.data.costs import MeasuredCost, cost_order
from iqabench.report.data.subjects import MeasuredColumn
from iqabench.report.data.tables import Table, TableRow

USUAL = "3x256x256"
"""Size at which the challenges measure; it wins when two sizes were measured of equally many models."""

_CLASSES = {"cpu": "CPU", "cuda": "GPU"}


@dataclass(frozen=True)
class CostTableColumn:
    """One cost at one size, on one device unless it is a count, for the rows that have it."""

    column: MeasuredColumn
    """Measured column without its size."""
    size: str
    """Size of the input; empty when the cost does not depend on it."""
    device: str
    """Device; empty for counts, which are the same on every device."""
    device_class: str
    mode: str
    costs: dict[int, MeasuredCost]
    """Costs by the numbers of rows."""

    @property
    def name(self) -> str:
        """Name in the records, `macs@exact:3x256x256`, with the mode in brackets unless it is plain."""
        column = next(iter(self.costs.values())).column.column
        return f"{column} ({self.mode})" if self.mode else column

    @property
    def measured(self) -> int:
        """Number of rows with a value."""
        return sum(cost.value is not None for cost in self.costs.values())

    def value(self, row: TableRow) -> float | None:
        """Return a row's cost; None when it was not measured."""
        cost = self.costs.get(row.number)
        return cost.value if cost else None

    @property
    def order(self) -> tuple[object, ...]:
        """Key that sorts columns: by cost, then by device and mode, then by size."""
        return *cost_order(self.column), self.device, self.mode, *size_order(self.size)


def cost_columns(table: Table, costs: Iterable[MeasuredCost]) -> list[CostTableColumn]:
    """Return every cost at every size on every device that any row of the table has."""
    rows: dict[tuple[Any, ...], list[int]] = {}
    for row in table.rows:
        rows.setdefault(_same(row.configuration, table.setting.scale), []).append(row.number)
    found: dict[_Where, dict[int, MeasuredCost]] = {}
    for cost in sorted(
        costs, key=lambda c: (c.value is not None, c.time)
    ):  # the latest value stays
        for number in rows.get(_same(cost.configuration, cost.setting.scale), ()):
            found.setdefault(_where(cost), {})[number] = cost
    return sorted(
        (CostTableColumn(*where, some) for where, some in found.items()), key=lambda b: b.order
    )


def shown_columns(every: Iterable[CostTableColumn], table: Table) -> list[CostTableColumn]:
    """Return one column of each cost and device: at the size that most rows have, plain if any was so
    measured.

    Left out: what could be measured of no row, and parameters that say what the table's own column says.
    """
    groups: dict[tuple[MeasuredColumn, str], list[CostTableColumn]] = {}
    for one in every:
        groups.setdefault((one.column, one.device), []).append(one)
    best = [max(some, key=_rank) for some in groups.values()]
    kept = (one for one in best if one.measured and not _is_known(one, table))
    return sorted(kept, key=lambda one: one.order)


def device_titles(some: Iterable[CostTableColumn]) -> dict[str, str]:
    """Return short names of devices: CPU and GPU, or whole names when there are several of a kind."""
    devices = {b.device: b.device_class for b in some if b.device}
    several = Counter(devices.values())
    return {
        device: device if several[kind] > 1 else _CLASSES.get(kind, kind)
        for device, kind in devices.items()
    }


def _same(how: Any, scale: int) -> tuple[Any, ...]:
    """Return what a cost and a quality must share."""
    return how.model, how.model_hash, how.random_weights, how.precision, scale


_Where = tuple[MeasuredColumn, str, str, str, str]
"""Subject, size, device, class of the device, and mode."""


def _where(cost: MeasuredCost) -> _Where:
    size = cost.setting.level if cost.is_sized else ""
    if cost.is_count:
        return cost.subject, size, "", "", ""
    how = cost.configuration
    return cost.subject, size, cost.setting.set, how.device_class, how.mode


def _rank(one: CostTableColumn) -> tuple[object, ...]:
    """Return a key that is largest for the column to show: plain, of most rows, at the usual or a large
    size.
    """
    return not one.mode, one.measured, one.size == USUAL, *size_order(one.size)[1:], one.mode


def _is_known(one: CostTableColumn, table: Table) -> bool:
    return one.column.metric == "params" and all(
        one.value(row) in (None, row.facts.params) for row in table.rows
    )
