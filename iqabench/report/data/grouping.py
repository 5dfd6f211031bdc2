"""Grouping of records in DuckDB: by cell key first, which is quick, then by what the key means.

Sums are exact: values are counted in steps of 2^-80 as whole numbers of 128 bits, so that the last digit is
the same in whatever order and on however many threads they were added.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import fields
from typing import Any, TypeVar

import duckdb

from iqabench.report.data.subjects import Configuration, MeasuredColumn, Setting
from iqabench.store import FIELDS, create_table

T = TypeVar("T", Setting, Configuration, MeasuredColumn)

KEPT = 2_000_000
"""Largest number of records of which `cells` is a table; with more it is read from the files each time."""


def latest_keys(connection: duckdb.DuckDBPyConnection, keys: list[str] | None) -> int:
    """Create `found`: one key for each setting, configuration, column and draw, the latest.

    Of values over whole sets it is the latest of those over most images.

    Returns: how many records these keys have.
    """
    names = [f.name for kind in (Setting, Configuration, MeasuredColumn) for f in fields(kind)]
    told = ", ".join(f'min("{name}") AS "{name}"' for name in names if name != "tile")
    every = ", ".join(f'"{name}"' for name in names)
    chosen = "" if keys is None else "WHERE key IN (SELECT unnest($keys))"
    connection.execute(
        _FOUND.format(told=told, every=every, chosen=chosen),
        None if keys is None else {"keys": keys},
    )
    counted = connection.execute("SELECT coalesce(sum(records), 0)::BIGINT FROM found").fetchone()
    return int(counted[0]) if counted else 0


def distinct(connection: duckdb.DuckDBPyConnection, kind: type[T]) -> list[T]:
    """Return the settings, configurations or columns in `found`, in their order."""
    names = ", ".join(f'"{f.name}"' for f in fields(kind))
    rows = connection.execute(f"SELECT DISTINCT {names} FROM found").fetchall()  # noqa: S608
    return sorted((kind(*row) for row in rows), key=lambda thing: thing.order)


def number(connection: duckdb.DuckDBPyConnection, things: Iterable[list[Any]]) -> None:
    """Create `numbered`: key to the positions of its setting, configuration and column in these lists."""
    joined = []
    for name, kind, some in zip(
        ("setting", "configuration", "column"),
        (Setting, Configuration, MeasuredColumn),
        things,
        strict=True,
    ):
        types = {f.name: FIELDS[f.name] for f in fields(kind)}
        rows = [{**vars(thing), f"{name}_number": at} for at, thing in enumerate(some)]
        create_table(connection, f"{name}s", {**types, f"{name}_number": "BIGINT"}, rows)
        same = ", ".join(f'"{n}"' for n in types)
        joined.append(f"JOIN {name}s USING ({same})")
    connection.execute(
        "CREATE TEMP TABLE numbered AS SELECT key, setting_number AS setting, "  # noqa: S608 - names of our own
        f'configuration_number AS configuration, column_number AS "column", draw '
        f"FROM found {' '.join(joined)}"
    )


def create_cells(
    connection: duckdb.DuckDBPyConnection,
    records: int,
    samples: Mapping[str, Collection[str]] | None = None,
) -> None:
    """Create `cells`: the records with numbers, as a table unless there are too many for that.

    Of a model that draws at random a cell is the mean of a sample over the draws; those are in `drawn`.

    `samples` are the samples that are looked at, by key; of other keys all are.
    """
    kind = "TABLE" if records <= KEPT else "VIEW"
    asked = ""
    if samples:
        rows = [{"key": k, "sample": name} for k, names in samples.items() for name in names]
        create_table(connection, "asked", {"key": "VARCHAR", "sample": "VARCHAR"}, rows)
        asked = _ASKED
    if not are_drawn(connection):
        connection.execute(f"CREATE TEMP {kind} cells AS {_CELLS}{asked}")
        return
    connection.execute(
        f"CREATE TEMP {kind} drawn AS {_CELLS.replace('numbered.setting', _DRAW)}{asked}"
    )
    connection.execute(f"CREATE TEMP {kind} cells AS {_OVER_DRAWS}")


def are_drawn(connection: duckdb.DuckDBPyConnection) -> bool:
    """Return whether any model has draws."""
    return bool(connection.execute("FROM numbered WHERE draw IS NOT NULL LIMIT 1").fetchall())


# All records of a key tell the same facts. So they are read of one sample alone, which is much quicker: keys
# with equal sums have the same samples, and the first sample of one of them stands for all.
_FOUND = """
CREATE TEMP TABLE found AS
WITH alike AS (
    SELECT min(key) AS key FROM summed {chosen} GROUP BY n, samples
), firsts AS (
    SELECT DISTINCT sample FROM (
        SELECT key, min(sample) AS sample FROM records SEMI JOIN alike USING (key) GROUP BY key
    )
), facts AS (
    SELECT key, min(draw) AS draw, {told} FROM records SEMI JOIN firsts USING (sample) {chosen} GROUP BY key
), counted AS (
    SELECT key, count(*) AS records, max(time) AS latest,
           coalesce(max(tile) FILTER (tile_note = ''), 0) AS tile,
           coalesce(max(images) FILTER (kind = 'set'), 0) AS whole
    FROM records {chosen} GROUP BY key
)
SELECT * FROM facts JOIN counted USING (key) QUALIFY row_number() OVER
    (PARTITION BY {every}, draw ORDER BY whole DESC, latest DESC, key DESC) = 1
"""

_CELLS = """
SELECT numbered.setting, configuration, numbered."column", kind, images, error, restore_ms,
       CASE WHEN kind = 'image' THEN sample END AS sample,
       status = 'ok' AND value IS NOT NULL AND NOT isnan(value) AS ok,
       CASE WHEN ok THEN value END AS value
FROM records JOIN numbered USING (key)
"""

_DRAW = "numbered.draw, numbered.setting"

# What single draws of a sample have in common is taken of all of them: it failed where one of them did.
_OVER_DRAWS = """
SELECT setting, configuration, "column", kind, max(images) AS images, max(error) AS error,
       avg(restore_ms) AS restore_ms, sample, bool_and(ok) AS each_ok, each_ok AS ok,
       CASE WHEN NOT each_ok THEN NULL WHEN count(*) = 1 OR bool_or(isinf(value)) THEN max(value)
            ELSE favg(value ORDER BY draw) END AS value
FROM drawn GROUP BY setting, configuration, "column", kind, sample
"""

SPREADS = """
WITH means AS (
    SELECT setting, configuration, "column", draw, count(*) AS n, favg(value ORDER BY sample) AS mean
    FROM drawn WHERE ok AND isfinite(value) AND draw IS NOT NULL GROUP BY ALL
)
SELECT setting, configuration, "column", count(*) AS draws, stddev_samp(mean ORDER BY draw) AS sd
FROM means JOIN (SELECT setting, configuration, "column", max(n) AS n FROM means GROUP BY ALL)
USING (setting, configuration, "column", n) GROUP BY setting, configuration, "column"
"""
"""Query for the number of draws over all samples, and the standard deviation of their means."""

_ASKED = """
WHERE kind <> 'image' OR key NOT IN (SELECT key FROM asked)
   OR (key, sample) IN (SELECT (key, sample) FROM asked)
"""

MEANS = """
WITH grouped AS (
    SELECT setting, configuration, "column", sum(images) FILTER (ok) AS n,
           sum(images) FILTER (NOT ok) AS failed,
           count(*) FILTER (isinf(value)) AS infinite, sum(value) FILTER (isinf(value)) AS infinity,
           count(*) FILTER (isfinite(value)) AS counted,
           sum(CASE WHEN abs(value) < pow(2, 21) THEN (value * pow(2, 80))::HUGEINT END) AS total,
           count(*) FILTER (isfinite(value) AND abs(value) >= pow(2, 21)) AS large,
           count(*) FILTER (ok AND sample IS NOT NULL) AS images,
           sum(hash(sample)) FILTER (ok AND sample IS NOT NULL) AS samples,
           max(images) FILTER (ok AND sample IS NULL) AS whole
    FROM cells GROUP BY ALL
), alike AS (  -- equal sums of hashes: the same samples
    SELECT setting, "column", max(images) AS images, min(configuration) AS configuration
    FROM grouped WHERE images > 0 GROUP BY setting, "column", images, samples
), several AS (
    SELECT setting, "column" FROM alike GROUP BY ALL HAVING count(*) > 1
), united AS (
    SELECT setting, "column", count(DISTINCT sample) AS images FROM cells
    SEMI JOIN (FROM alike SEMI JOIN several USING (setting, "column"))
        USING (setting, "column", configuration)
    WHERE ok GROUP BY ALL
), anybody AS (
    SELECT setting, "column", greatest(max(united.images), max(alike.images)) AS images
    FROM alike LEFT JOIN united USING (setting, "column") GROUP BY ALL
), wholes AS (
    SELECT setting, "column", max(whole) AS images FROM grouped GROUP BY ALL
), ordered AS (  -- too large to be counted in such steps
    SELECT setting, configuration, "column", favg(value ORDER BY value) AS mean FROM cells
    SEMI JOIN (FROM grouped WHERE large > 0) USING (setting, configuration, "column")
    WHERE isfinite(value) GROUP BY ALL
)
SELECT setting, configuration, "column",
       coalesce(mean, total::DOUBLE / pow(2, 80) / counted) AS finite,
       coalesce(infinity, finite) AS value, coalesce(n, 0)::BIGINT AS n,
       coalesce(failed, 0)::BIGINT AS failed, infinite,
       coalesce(greatest(anybody.images, wholes.images), 0) AS "of"
FROM grouped LEFT JOIN anybody USING (setting, "column") LEFT JOIN wholes USING (setting, "column")
LEFT JOIN ordered USING (setting, configuration, "column")
ORDER BY setting, configuration, "column"
"""
