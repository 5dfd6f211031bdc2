"""The rows of a table of several sets: the figures of a model on each, and their mean over the sets."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import fsum

from iqabench.report.data.labels import configuration_labels, quality_title
from iqabench.report.data.subjects import Configuration, MeasuredColumn
from iqabench.report.data.tables import Table, TableCell, TableRow
from iqabench.report.text.figures import digits, figure

_NAMED = 2
"""Number of sets that a reason names; of more it says how many there are."""


@dataclass(frozen=True)
class SetPart:
    """One set of the table: its own table, and the columns that are shown of it."""

    table: Table
    columns: tuple[MeasuredColumn, ...]
    head: str = ""
    """Title of the set in this table."""

    @property
    def protocol(self) -> str:
        """Protocol of its columns."""
        return self.columns[0].protocol

    def cells(self, row: TableRow | None) -> tuple[TableCell | None, ...]:
        """Return the cells of a row in these columns; all are None where the set has no such row."""
        by_column = dict(zip(self.table.columns, row.cells, strict=True)) if row else {}
        return tuple(by_column.get(column) for column in self.columns)


@dataclass(frozen=True)
class MeanOverSets:
    """The mean of the means of the sets, in one column."""

    value: float
    text: str
    place: int = 0
    """Place: 1 for the best, 2 for the second, 0 for the others."""


@dataclass(frozen=True)
class SetTableRow:
    """One model on all sets."""

    label: str
    model: str
    random_weights: bool
    params: int | None
    cells: tuple[tuple[TableCell | None, ...], ...]
    """The cells of each set, in the order of the columns."""
    means: tuple[MeanOverSets | None, ...]
    """The mean in each column; None where there is a reason against it."""
    reason: str
    """The reason why there is no mean: "lacks rain100l"; empty where there is one in every column."""

    @property
    def has_mean(self) -> bool:
        """True when it has a mean in at least one column."""
        return any(self.means)


def rows_of(parts: Sequence[SetPart], absent: Sequence[str]) -> tuple[SetTableRow, ...]:
    """Return the rows of a table, those with a mean first, best first; `absent` are sets without records.

    Outputs that were scored as they are have a row for each name: their hash differs from set to set.
    """
    by_set = _rows_by_set(parts)
    labels = configuration_labels(key for rows in by_set for key in rows)
    rows = [
        _row(label, key, [rows.get(key) for rows in by_set], parts, absent)
        for key, label in labels.items()
    ]
    shown = [row for row in rows if any(cell for cells in row.cells for cell in cells)]
    return tuple(sorted(_with_places(shown, parts[0].columns), key=lambda r: _order(r, parts[0])))


def _rows_by_set(parts: Sequence[SetPart]) -> list[Mapping[Configuration, TableRow]]:
    """Return the rows of each set by their configuration; outputs by their name, which all sets share."""
    unclear = {
        name
        for part in parts
        for name, count in Counter(_named(row) for row in part.table.rows).items()
        if count > 1
    }
    return [
        {row.configuration if _named(row) in unclear else _named(row): row for row in p.table.rows}
        for p in parts
    ]


def _named(row: TableRow) -> Configuration:
    """Return the configuration, without the hash where it is one of output files."""
    is_files = row.facts.family == "outputs"
    return replace(row.configuration, model_hash="") if is_files else row.configuration


def _row(
    label: str,
    key: Configuration,
    rows: Sequence[TableRow | None],
    parts: Sequence[SetPart],
    absent: Sequence[str],
) -> SetTableRow:
    params = next((row.facts.params for row in rows if row), None)
    cells = tuple(part.cells(row) for part, row in zip(parts, rows, strict=True))
    columns = parts[0].columns
    by_column = [*zip(*cells, strict=True)] if cells else []
    reasons = [_reason(some, parts, absent) for some in by_column]
    means = tuple(
        None if reason else _mean(some, column)
        for some, column, reason in zip(by_column, columns, reasons, strict=True)
    )
    return SetTableRow(
        label, key.model, key.random_weights, params, cells, means, _in_words(reasons, columns)
    )


def _in_words(reasons: Sequence[str], columns: Sequence[MeasuredColumn]) -> str:
    """Return the first reason where no column has a mean, else the reasons of some by their names."""
    if all(reasons):
        return reasons[0]
    titles = map(quality_title, columns)
    return ", ".join(f"{t} {why}" for t, why in zip(titles, reasons, strict=True) if why)


def _reason(
    cells: Sequence[TableCell | None], parts: Sequence[SetPart], absent: Sequence[str]
) -> str:
    """Return the reason why a column of a row has no mean; empty where it has one."""
    lacking = [part.head for part, cell in zip(parts, cells, strict=True) if cell is None]
    lacking += absent
    if len(lacking) > _NAMED:
        return f"lacks {len(lacking)} of {len(parts) + len(absent)} sets"
    if lacking:
        return f"lacks {' and '.join(lacking)}"
    if len({part.protocol for part in parts}) > 1:
        return "protocols differ"
    flaws = ((part.head, _flaw(cell)) for part, cell in zip(parts, cells, strict=True) if cell)
    return next((f"{head}: {why}" for head, why in flaws if why), "")


def _flaw(cell: TableCell) -> str:
    return "failed" if cell.mean.value is None else f"{cell.partial} images" if cell.partial else ""


def _mean(cells: Sequence[TableCell | None], column: MeasuredColumn) -> MeanOverSets:
    values = [c.mean.value for c in cells if c is not None and c.mean.value is not None]
    value = fsum(values) / len(values)
    return MeanOverSets(value, figure(value, column.unit))


def _with_places(
    rows: Sequence[SetTableRow], columns: Sequence[MeasuredColumn]
) -> list[SetTableRow]:
    """Return the rows with the places of their means; equal to the printed digit is equal in place."""
    best = [_best(rows, at, column) for at, column in enumerate(columns)]
    return [
        row
        if row.random_weights
        else replace(row, means=tuple(map(_placed, row.means, columns, best)))
        for row in rows
    ]


def _best(rows: Sequence[SetTableRow], at: int, column: MeasuredColumn) -> list[float]:
    """Return the two best means in a column; none for fewer than two rows."""
    found = [row.means[at] for row in rows if not row.random_weights]
    competing = [mean.value for mean in found if mean]
    printed = {round(value, digits(column.unit)) for value in competing}
    return sorted(printed, key=lambda v: -column.sign * v)[:2] if len(competing) > 1 else []


def _placed(
    mean: MeanOverSets | None, column: MeasuredColumn, best: Sequence[float]
) -> MeanOverSets | None:
    if mean is None:
        return None
    value = round(mean.value, digits(column.unit))
    return replace(mean, place=best.index(value) + 1) if value in best else mean


def _order(row: SetTableRow, first: SetPart) -> tuple[object, ...]:
    """Return the key that sorts rows: by the mean, else by the first set that has a figure."""
    sign = -first.columns[0].sign
    if row.means[0]:
        return row.random_weights, False, 0, sign * row.means[0].value, row.label
    for at, cells in enumerate(row.cells):
        if cells[0] and cells[0].mean.value is not None:
            return row.random_weights, True, at, sign * cells[0].mean.value, row.label
    return row.random_weights, True, len(row.cells), 0.0, row.label
