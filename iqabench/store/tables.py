"""Rows of Python's into tables of DuckDB's, and from there into Parquet files."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from iqabench.atomic import replacing


def connect() -> duckdb.DuckDBPyConnection:
    """A database in memory that draws no progress bars: they would stand between the lines of an answer."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    return connection


def create_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    types: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """A temporary table of these columns and rows; what a row lacks is NULL."""
    columns = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
    connection.execute(f"CREATE TEMP TABLE {name} ({columns})")
    if rows:  # whole columns at a time: as fast as it gets from lists
        values = ", ".join(f"unnest(?::{kind}[])" for kind in types.values())
        connection.execute(
            f"INSERT INTO {name} SELECT {values}",
            [[row.get(column) for row in rows] for column in types],
        )


def write_parquet(path: Path, types: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """The rows as one Parquet file, written whole.

    Raises: OSError or duckdb.Error when that fails.
    """
    with connect() as connection, replacing(path) as part:
        create_table(connection, "written", types, rows)
        place = str(part).replace("'", "''")
        connection.execute(f"COPY written TO '{place}' (FORMAT parquet, COMPRESSION zstd)")


def parquet_columns(connection: duckdb.DuckDBPyConnection, path: str) -> set[str]:
    """The names of a Parquet file's columns.

    Raises: duckdb.Error when it is damaged.
    """
    found = connection.execute("SELECT name FROM parquet_schema(?)", [path]).fetchall()
    return {name for (name,) in found}
