"""Tables of DuckDB from rows of Python, and Parquet files from them."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb


def connect() -> duckdb.DuckDBPyConnection:
    """Return a database in memory without progress bars, which would mix with the lines of a command."""
    connection = duckdb.connect()
    connection.execute("SET enable_progress_bar = false")
    return connection


def create_table(
    connection: duckdb.DuckDBPyConnection,
    name: str,
    types: Mapping[str, str],
    rows: Sequence[Mapping[str, Any]],
) -> None:
    """Create a temporary table of these columns and rows; a column that a row lacks is NULL."""
    columns = ", ".join(f'"{column}" {kind}' for column, kind in types.items())
    connection.execute(f"CREATE TEMP TABLE {name} ({columns})")
    if rows:
        first, *others = ([row.get(column) for row in rows] for column in types)
        values = [first, *map(_value, others)]
        places = ", ".join(
            f"unnest(?::{kind}[])" if isinstance(value, list) else f"?::{kind}"
            for value, kind in zip(values, types.values(), strict=True)
        )
        connection.execute(f"INSERT INTO {name} SELECT {places}", values)


def _value(column: list[Any]) -> Any:
    """Return the values of a column as a parameter of a query: the list, or its value where it has only one.

    Whole columns at a time are as fast as it gets from lists, and most columns of a run have one value.
    Numbers with a fraction stay a list, as -0.0 equals 0.0.
    """
    first = column[0]
    is_constant = not isinstance(first, float) and column.count(first) == len(column)
    return first if is_constant else column


def write_parquet(path: Path, types: Mapping[str, str], rows: Sequence[Mapping[str, Any]]) -> None:
    """Write the rows as one Parquet file.

    Raises: duckdb.Error when that fails.
    """
    with connect() as connection:
        create_table(connection, "written", types, rows)
        place = str(path).replace("'", "''")
        connection.execute(f"COPY written TO '{place}' (FORMAT parquet, COMPRESSION zstd)")
