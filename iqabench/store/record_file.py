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


def faults_of_files(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]
) -> dict[Path, str]:
    """Return the files of records that are not sound, each with what is wrong with it."""
    faults = {path: fault for path in paths if (fault := _fault_of_content(connection, path))}
    whole = [path for path in paths if path not in faults]
    try:
        types = _types_of(connection, whole)
    except duckdb.Error:  # one of them is no Parquet: each is looked at by itself
        types = {}
        for path in whole:
            try:
                types |= _types_of(connection, [path])
            except duckdb.Error as error:
                faults[path] = str(error).partition("\n")[0]
    return faults | {path: fault for path, of in types.items() if (fault := _fault_of_types(of))}


def _fault_of_content(connection: duckdb.DuckDBPyConnection, path: Path) -> str:
    try:
        if match := _NAME.match(path.name):
            if zlib.crc32(path.read_bytes()) != int(match["checksum"], 16):
                return "its checksum is not the one in its name"
        else:
            connection.execute("SELECT sum(hash(columns(*))) FROM read_parquet(?)", [str(path)])
    except OSError as error:
        return f"{error.strerror}"
    except duckdb.Error as error:
        return str(error).partition("\n")[0]
    return ""


def _fault_of_types(types: Mapping[str, str]) -> str:
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


def keys_of_files(
    connection: duckdb.DuckDBPyConnection, files: Sequence[Path]
) -> list[tuple[str, str]]:
    """Return the pairs of a sound file's path and a key that it holds records of."""
    rows = connection.execute(
        "SELECT DISTINCT filename, key FROM read_parquet(?, filename = true)",
        [[str(file) for file in files]],
    ).fetchall()
    return [(str(name), str(key)) for name, key in rows]


def _types_of(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]
) -> dict[Path, dict[str, str]]:
    """Return the physical types of the columns of each file."""
    asked = (
        "SELECT file_name, list(name), list(type) FROM parquet_schema(?) WHERE type IS NOT NULL "
        "GROUP BY file_name"
    )
    rows = connection.execute(asked, [[str(path) for path in paths]]).fetchall() if paths else []
    return {Path(path): dict(zip(names, kinds, strict=True)) for path, names, kinds in rows}
