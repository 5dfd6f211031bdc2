"""Single values: samples x models for each column, what failed and why, and a file with all of them."""

from dataclasses import dataclass
from pathlib import Path

from iqabench.report.aggregate import Results
from iqabench.report.figures import ABSENT, figure
from iqabench.report.tables import Table
from iqabench.store import WHOLE_SET

MOST_CELLS = 20_000
"""In one page; what is beyond is in the CSV file beside it."""
_FEWEST = 20
_NAMED = 12
"""Samples that a failure names."""


@dataclass(frozen=True)
class Value:
    """One sample's value of one column for one row."""

    text: str
    sort: str
    """The number to sort by; empty when there is none."""
    best: bool = False
    failed: bool = False


@dataclass(frozen=True)
class PerImage:
    """One column's values: samples x rows of the table."""

    column: int
    """Position among the table's columns."""
    samples: tuple[str, ...]
    values: tuple[tuple[Value, ...], ...]
    of: int
    """Samples in all; more than are shown when the page would grow too large."""


@dataclass(frozen=True)
class Failure:
    """One reason for which one row lacks values."""

    label: str
    columns: str
    error: str
    samples: tuple[str, ...]
    count: int
    """Samples that failed so, of which `samples` names the first."""


def per_image(results: Results, table: Table) -> list[PerImage]:
    """Single values for each column of a table, samples by name."""
    found = results.query(
        "SELECT DISTINCT sample FROM cells WHERE setting = ? AND sample IS NOT NULL ORDER BY sample",
        [table.number],
    )
    names = [row["sample"] for row in found]
    shown = names[: max(_FEWEST, MOST_CELLS // (len(table.rows) * len(table.columns)))]
    every = results.query(
        'SELECT "column", sample, configuration, value FROM cells WHERE setting = ? AND sample IN '
        "(SELECT unnest(?))",
        [table.number, shown],
    )
    values = {(row["column"], row["sample"], row["configuration"]): row["value"] for row in every}
    valued = {row["column"] for row in every}  # a metric over the whole set has none for an image
    return [
        _of_column(table, at, shown, values, len(names))
        for at in range(len(table.columns))
        if table.column_numbers[at] in valued
    ]


def failures(results: Results, table: Table) -> list[Failure]:
    """Why values are missing, by row and reason."""
    found = results.query(
        "SELECT configuration, error, count(DISTINCT coalesce(sample, ?)) AS count, "
        "list(DISTINCT coalesce(sample, ?) ORDER BY coalesce(sample, ?))[:?] AS samples, "
        'list(DISTINCT "column" ORDER BY "column") AS columns '
        "FROM cells WHERE setting = ? AND NOT ok GROUP BY configuration, error",
        [WHOLE_SET, WHOLE_SET, WHOLE_SET, _NAMED, table.number],
    )
    labels = dict(zip(table.column_numbers, table.labels, strict=True))
    every = [
        Failure(
            row.label, ", ".join(labels[c] for c in f["columns"]), f["error"] or "no reason was kept",
            tuple(f["samples"]), f["count"],
        )
        for row in table.rows
        for f in found
        if f["configuration"] == row.number
    ]  # fmt: skip
    places = {row.label: at for at, row in enumerate(table.rows)}
    return sorted(every, key=lambda f: (places[f.label], f.error))


def write_samples(results: Results, table: Table, path: Path) -> None:
    """Every value of a setting as CSV: sample, model, column, value, error."""
    pairs = [("row", r.number, r.label) for r in table.rows]
    pairs += [("column", n, t) for n, t in zip(table.column_numbers, table.labels, strict=True)]
    name = str(path).replace("'", "''")
    results.execute(
        f"""COPY (
            WITH labels AS (
                SELECT unnest($kinds) AS kind, unnest($numbers) AS number, unnest($texts) AS text
            )
            SELECT coalesce(sample, '') AS sample, r.text AS model, c.text AS "column", value, error
            FROM cells
            JOIN labels r ON r.kind = 'row' AND r.number = configuration
            JOIN labels c ON c.kind = 'column' AND c.number = cells."column"
            WHERE setting = $setting ORDER BY sample, configuration, cells."column"
        ) TO '{name}' (FORMAT csv, HEADER)""",  # noqa: S608 - a quoted path
        {
            "kinds": [p[0] for p in pairs], "numbers": [p[1] for p in pairs],
            "texts": [p[2] for p in pairs], "setting": table.number,
        },
    )  # fmt: skip


def _of_column(
    table: Table, at: int, samples: list[str],
    values: dict[tuple[int, str, int], float | None], of: int,
) -> PerImage:  # fmt: skip
    number = table.column_numbers[at]
    lines = []
    for sample in samples:
        keys = {row.number: (number, sample, row.number) for row in table.rows}
        lines.append(_line(table, at, {r: values[k] for r, k in keys.items() if k in values}))
    return PerImage(at, tuple(samples), tuple(lines), of)


def _line(table: Table, at: int, found: dict[int, float | None]) -> tuple[Value, ...]:
    """One sample's values; what was not run is absent in `found`, what failed is None."""
    best, unit = table.best(at, found), table.columns[at].unit
    line = []
    for row in table.rows:
        value = found.get(row.number)
        if value is not None:
            line.append(Value(figure(value, unit), repr(value), best=row.number in best))
        elif row.number in found:
            line.append(Value("failed", "", failed=True))
        else:
            line.append(Value(ABSENT, ""))
    return tuple(line)
