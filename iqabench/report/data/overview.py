"""Data of the index: who leads each set, and every model on every set of one level."""

from dataclasses import dataclass

from iqabench.report.data.aggregate import Results
from iqabench.report.data.agreement import opinion_settings
from iqabench.report.data.labels import configuration_labels
from iqabench.report.data.model_report import model_names
from iqabench.report.data.subjects import Configuration, MeasuredColumn
from iqabench.report.data.tables import Table, TableCell, TableRow
from iqabench.report.statistics.pooled_order import PooledModel, PooledOrder, pooled_order
from iqabench.report.text.figures import moment
from iqabench.report.text.task_titles import task_order

LeaderCell = tuple[TableRow, TableCell]
"""A row, and the cell by which it leads."""


@dataclass(frozen=True)
class Leader:
    """The first column of a set, and who leads in it."""

    table: Table
    column: MeasuredColumn
    first: LeaderCell | None
    """Best row; None when no row takes a place."""
    second: LeaderCell | None
    failed: int
    """Number of samples that failed, over all rows."""


@dataclass(frozen=True)
class SetMatrixRow:
    """One configuration over all sets of a matrix."""

    label: str
    model: str
    random_weights: bool
    params: int | None
    cells: tuple[TableCell | None, ...]
    pooled: PooledModel | None
    """Mean over all images of all sets, and the comparison with the best; None unless it has them all."""


@dataclass(frozen=True)
class SetMatrix:
    """Configurations and sets, in the first column that every set has."""

    column: MeasuredColumn
    tables: tuple[Table, ...]
    rows: tuple[SetMatrixRow, ...]
    pooled: PooledOrder | None
    """Order over the images of all sets; None with fewer than two models that have them all."""


@dataclass(frozen=True)
class TaskGroup:
    """One task at one level."""

    task: str
    level: str
    leaders: tuple[Leader, ...]
    matrix: SetMatrix | None


@dataclass(frozen=True)
class Summary:
    """Counts over the whole store."""

    sets: int
    opinions: int
    """Number of sets of opinions."""
    devices: int
    """Number of devices on which costs were measured."""
    models: int
    records: int
    failed: int
    first: str
    last: str


def summary(results: Results) -> Summary:
    """Return counts and times over everything in the report."""
    opinions = {results.settings[n].set for n in opinion_settings(results)}
    sets = {s.set for s in results.settings if not s.is_cost} - opinions
    devices = {s.set for s in results.settings if s.is_cost}
    counts = results.query(
        "SELECT count(*) AS records, count(*) FILTER (NOT ok) AS failed FROM cells"
    )[0]
    times = results.query(
        "SELECT min(time) AS first, max(time) AS last FROM records JOIN numbered USING (key)"
    )[0]
    return Summary(
        len(sets),
        len(opinions),
        len(devices),
        len(model_names(results)),
        counts["records"],
        counts["failed"],
        moment(times["first"]),
        moment(times["last"]),
    )


def groups(results: Results, tables: list[Table]) -> list[TaskGroup]:
    """Return tasks and levels, each with its sets; tasks in the order of reports."""
    found: dict[tuple[str, str], list[Table]] = {}
    for table in tables:
        found.setdefault((table.setting.task, table.setting.level), []).append(table)
    return [
        TaskGroup(task, level, tuple(_leader(t) for t in some), _matrix(results, some))
        for (task, level), some in sorted(found.items(), key=lambda one: task_order(one[0][0]))
    ]


def _leader(table: Table) -> Leader:
    ranked = [(row, cell) for row in table.ranked(0) if (cell := row.cells[0])]
    first, second = (*ranked[:2], None, None)[:2]
    return Leader(table, table.columns[0], first, second, sum(r.failed for r in table.rows))


def _matrix(results: Results, tables: list[Table]) -> SetMatrix | None:
    """Return the matrix of some tables; None for a single set or model, or without a shared column."""
    shared = [c for c in tables[0].columns if all(c in t.columns for t in tables)]
    if len(tables) < 2 or not shared:
        return None
    by_set = [{r.configuration: r for r in t.rows} for t in tables]
    at = [t.columns.index(shared[0]) for t in tables]
    every = configuration_labels(c for rows in by_set for c in rows)
    if len(every) < 2:
        return None
    pooled = pooled_order(results, tables, shared[0])
    rows = [_matrix_row(c, text, by_set, at, pooled) for c, text in every.items()]
    ordered = sorted(rows, key=lambda r: _order(r, shared[0]))
    return SetMatrix(shared[0], tuple(tables), tuple(ordered), pooled)


def _matrix_row(
    configuration: Configuration,
    label: str,
    by_set: list[dict[Configuration, TableRow]],
    at: list[int],
    pooled: PooledOrder | None,
) -> SetMatrixRow:
    rows = [rows.get(configuration) for rows in by_set]
    params = next((r.facts.params for r in rows if r), None)
    cells = tuple(r.cells[i] if r else None for r, i in zip(rows, at, strict=True))
    together = pooled.models.get(configuration) if pooled else None
    return SetMatrixRow(
        label, configuration.model, configuration.random_weights, params, cells, together
    )


def _order(row: SetMatrixRow, column: MeasuredColumn) -> tuple[object, ...]:
    """Return the key that sorts rows: by the first set that has a complete mean, best first."""
    for at, cell in enumerate(row.cells):
        if cell and cell.mean.complete and cell.mean.value is not None:
            return row.random_weights, at, -column.sign * cell.mean.value, row.label
    return row.random_weights, len(row.cells), 0.0, row.label
