"""The file of the records of one finished run: Parquet, with the checksum of its bytes in its name.

    records/RUN.crc-1A2B3C4D.parquet    written by this version
    records/RUN.parquet                 written by an older one, or by hand: read, but not checked

Parquet as DuckDB writes it has no checksums: most flipped bits would give another number without a word.
"""

import os
import re
import zlib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from iqabench.atomic import part_of
from iqabench.store.record import ADDED, FIELDS
from iqabench.store.tables import write_parquet

_NAME = re.compile(r"^(?P<run>.*)\.crc-(?P<checksum>[0-9a-f]{8})\.parquet$", re.DOTALL)
_KINDS = {"BIGINT": "INT64", "BOOLEAN": "BOOLEAN", "DOUBLE": "DOUBLE", "VARCHAR": "BYTE_ARRAY"}
"""The physical types of Parquet by the types of DuckDB."""


def write_record_file(folder: Path, run: str, rows: Sequence[Mapping[str, Any]]) -> Path:
    """Write the records of a run, atomically, and return the file. It replaces earlier files of that run.

    Raises: OSError or duckdb.Error when that fails.
    """
    part = part_of(folder / f"{run}.parquet")
    try:
        write_parquet(part, FIELDS, rows)
        with part.open("rb+") as file:
            data = file.read()
            os.fsync(file.fileno())
        path = folder / f"{run}.crc-{zlib.crc32(data):08x}.parquet"
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)
    for older in folder.glob("*.parquet"):
        if older != path and run_of(older) == run:
            older.unlink(missing_ok=True)
    return path


def run_of(path: Path) -> str:
    """Return the name of the run whose records a file holds."""
    match = _NAME.match(path.name)
    return match["run"] if match else path.stem


def fault_of_file(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    """Return what is wrong with a file of records; empty when it is sound."""
    try:
        if match := _NAME.match(path.name):
            if zlib.crc32(path.read_bytes()) != int(match["checksum"], 16):
                return "its checksum is not the one in its name"
        else:
            connection.execute("SELECT sum(hash(columns(*))) FROM read_parquet(?)", [str(path)])
        types = _types_of(connection, path)
    except OSError as error:
        return f"{error.strerror}"
    except duckdb.Error as error:
        return str(error).partition("\n")[0]
    if missing := sorted(FIELDS.keys() - ADDED.keys() - types.keys()):
        return f"it lacks the columns {', '.join(missing)}"
    for name, kind in FIELDS.items():
        if name in types and types[name] != _KINDS[kind]:
            return f"its column '{name}' is of the type {types[name]}; expected {_KINDS[kind]}"
    return ""


def columns_of(connection: duckdb.DuckDBPyConnection, files: Sequence[Path]) -> set[str]:
    """Return the names of the columns that any of these sound files has."""
    rows = connection.execute(
        "SELECT DISTINCT name FROM parquet_schema(?)", [[str(file) for file in files]]
    ).fetchall()
    return {name for (name,) in rows}


def _types_of(connection: duckdb.DuckDBPyConnection, path: Path) -> dict[str, str]:
    rows = connection.execute("SELECT name, type FROM parquet_schema(?)", [str(path)]).fetchall()
    return {name: kind for name, kind in rows if kind is not None}
