"""Single values: samples and models for each column, and reasons of failures."""

from dataclasses import dataclass

from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import Table
from iqabench.report.text.figures import ABSENT, figure
from iqabench.store import WHOLE_SET

MOST_CELLS = 20_000
"""Largest number of values in one page; all are in the CSV file beside it."""
MOST_CELLS_OF_MANY = 60_000
"""Largest number of values over all columns of a page with so many models that few images fill it."""
_FEWEST = 20
_NAMED = 12
"""Number of samples that a failure names."""


@dataclass(frozen=True)
class ImageValue:
    """One sample's value of one column for one row."""

    text: str
    sort: str
    """The number to sort by; empty when there is none."""
    best: bool = False
    failed: bool = False


@dataclass(frozen=True)
class PerImageColumn:
    """The values of one column: samples and rows of the table."""

    column: int
    """Position among the table's columns."""
    samples: tuple[str, ...]
    values: tuple[tuple[ImageValue, ...], ...]
    of: int
    """Number of samples; more than are shown when the page would grow too large."""


@dataclass(frozen=True)
class PerImageValues:
    """The columns that a page shows."""

    columns: tuple[PerImageColumn, ...]
    of: int
    """Number of columns with values of single samples."""


@dataclass(frozen=True)
class FailureReason:
    """One reason for which a row lacks values."""

    label: str
    columns: str
    error: str
    samples: tuple[str, ...]
    count: int
    """Number of samples that failed for this reason; `samples` has the first of them."""


def per_image(results: Results, table: Table) -> PerImageValues:
    """Return single values for each column of a table, up to the limits of a page; samples by name."""
    found = results.query(
        "SELECT DISTINCT sample FROM cells WHERE setting = ? AND sample IS NOT NULL ORDER BY sample",
        [table.number],
    )
    names = [row["sample"] for row in found]
    shown = names[: max(_FEWEST, MOST_CELLS // (len(table.rows) * len(table.columns)))]
    valued = _valued(results, table)
    some = valued[: max(1, MOST_CELLS_OF_MANY // max(1, len(table.rows) * len(shown)))]
    every = results.query(
        'SELECT "column", sample, configuration, value FROM cells WHERE setting = ? AND sample IN '
        '(SELECT unnest(?)) AND "column" IN (SELECT unnest(?))',
        [table.number, shown, [table.column_numbers[at] for at in some]],
    )
    values = {(row["column"], row["sample"], row["configuration"]): row["value"] for row in every}
    columns = tuple(_of_column(table, at, shown, values, len(names)) for at in some)
    return PerImageValues(columns, len(valued))


def _valued(results: Results, table: Table) -> list[int]:
    """Return the positions of columns with values of single samples; a metric over a whole set has none."""
    found = results.query(
        'SELECT DISTINCT "column" FROM cells WHERE setting = ? AND sample IS NOT NULL',
        [table.number],
    )
    numbers = {row["column"] for row in found}
    return [at for at, number in enumerate(table.column_numbers) if number in numbers]


def failures(results: Results, table: Table) -> list[FailureReason]:
    """Return the reasons why values are missing, by row and reason."""
    found = results.query(
        "SELECT configuration, error, count(DISTINCT coalesce(sample, ?)) AS count, "
        "list(DISTINCT coalesce(sample, ?) ORDER BY coalesce(sample, ?))[:?] AS samples, "
        'list(DISTINCT "column" ORDER BY "column") AS columns '
        "FROM cells WHERE setting = ? AND NOT ok GROUP BY configuration, error",
        [WHOLE_SET, WHOLE_SET, WHOLE_SET, _NAMED, table.number],
    )
    labels = dict(zip(table.column_numbers, table.labels, strict=True))
    every = [
        FailureReason(
            row.label,
            ", ".join(labels[c] for c in f["columns"]),
            f["error"] or "no reason was kept",
            tuple(f["samples"]),
            f["count"],
        )
        for row in table.rows
        for f in found
        if f["configuration"] == row.number
    ]
    places = {row.label: at for at, row in enumerate(table.rows)}
    return sorted(every, key=lambda f: (places[f.label], f.error))


def _of_column(
    table: Table,
    at: int,
    samples: list[str],
    values: dict[tuple[int, str, int], float | None],
    of: int,
) -> PerImageColumn:
    number = table.column_numbers[at]
    lines = []
    for sample in samples:
        keys = {row.number: (number, sample, row.number) for row in table.rows}
        lines.append(_line(table, at, {r: values[k] for r, k in keys.items() if k in values}))
    return PerImageColumn(at, tuple(samples), tuple(lines), of)


def _line(table: Table, at: int, found: dict[int, float | None]) -> tuple[ImageValue, ...]:
    """Return one sample's values; in `found` a value that was not run is absent, and a failed one is None."""
    best, unit = table.best(at, found), table.columns[at].unit
    line = []
    for row in table.rows:
        value = found.get(row.number)
        if value is not None:
            line.append(ImageValue(figure(value, unit), repr(value), best=row.number in best))
        elif row.number in found:
            line.append(ImageValue("failed", "", failed=True))
        else:
            line.append(ImageValue(ABSENT, ""))
    return tuple(line)
