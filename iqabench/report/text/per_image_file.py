"""The file with every single value of a setting, written in blocks of samples to save memory."""

import shutil
from itertools import pairwise
from pathlib import Path

from iqabench.atomic import part_of
from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import Table

AT_ONCE = 400_000
"""Number of records that are sorted together; at least those of one sample."""

_STARTS = """
WITH samples AS (
    SELECT coalesce(sample, '') AS name, count(*) AS n FROM cells WHERE setting = ? GROUP BY ALL
), blocks AS (
    SELECT name, (sum(n) OVER (ORDER BY name) - n) // ? AS block FROM samples
)
SELECT min(name) AS start FROM blocks GROUP BY block ORDER BY start
"""

_VALUES = """
COPY (
    WITH labels AS (SELECT unnest($kinds) AS kind, unnest($numbers) AS number, unnest($texts) AS text),
         named AS (SELECT *, coalesce(sample, '') AS name FROM cells WHERE setting = $setting)
    SELECT name AS sample, r.text AS model, c.text AS "column", value, error
    FROM named
    JOIN labels r ON r.kind = 'row' AND r.number = configuration
    JOIN labels c ON c.kind = 'column' AND c.number = named."column"
    WHERE name >= $low AND ($high IS NULL OR name < $high)
    ORDER BY name, configuration, named."column"
) TO '{place}' (FORMAT csv, HEADER {header})
"""


def write_samples(results: Results, table: Table, path: Path) -> None:
    """Write every value of a setting as CSV, by samples: sample, model, column, value, error."""
    found = results.query(_STARTS, [table.number, AT_ONCE])
    starts = [*(row["start"] for row in found), None]
    part = part_of(path)
    path.write_bytes(b"")
    for span in pairwise(starts):
        _write(results, table, part, span, head=span[0] == starts[0])
        with part.open("rb") as some, path.open("ab") as whole:
            shutil.copyfileobj(some, whole)
        part.unlink()


def _write(
    results: Results, table: Table, path: Path, span: tuple[str, str | None], *, head: bool
) -> None:
    """Write the samples from one name on, up to another."""
    pairs = [("row", r.number, r.label) for r in table.rows]
    pairs += [("column", n, t) for n, t in zip(table.column_numbers, table.labels, strict=True)]
    kinds, numbers, texts = (list(part) for part in zip(*pairs, strict=True))
    place = str(path).replace("'", "''")
    results.execute(
        _VALUES.format(place=place, header=str(head).upper()),
        {
            "kinds": kinds,
            "numbers": numbers,
            "texts": texts,
            "setting": table.number,
            "low": span[0],
            "high": span[1],
        },
    )
