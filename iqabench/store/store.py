"""The store, a folder of records: Parquet files of finished runs, journals of the others.

    STORE/store.json             the version of the layout
    STORE/records/RUN.parquet    the records of one finished run, written once
    STORE/records/RUN.jsonl      the journal of a run that is going on, or was killed
    STORE/records/RUN.lock       the lock of its writer
    STORE/crops/...              small crops of outputs, for reports

Every run writes a journal of its own, one fsync per image, so a `kill -9` costs at most the image in
flight, and two runs on one store never touch the same file. A finished journal becomes a Parquet file by
write, fsync, rename; a dead run's journal is taken over by the next writer. Merging two stores is copying
their files together: a record that is there twice (same key and sample) counts once, the latest wins.
"""

import json
from collections.abc import Iterable
from pathlib import Path

import duckdb

from iqabench.atomic import write_whole
from iqabench.errors import StoreError
from iqabench.store.journal import Journal, read_journal
from iqabench.store.record import ADDED, FIELDS, SCHEMA_VERSION, Record
from iqabench.store.tables import connect, create_table, parquet_columns
from iqabench.store.view import create_records

_WHERE_ABSENT = ", ".join(
    f"coalesce({name}, {meaning!r}) AS {name}"
    for name, meaning in ADDED.items()
    if meaning is not None
)
_TASK = """
CASE WHEN task <> 'denoise' OR level NOT IN ('', 'x1') THEN task
     WHEN model = 'identity' AND model_facts LIKE '%The image as it is%' THEN 'opinion'
     ELSE 'restore' END AS task
"""
"""The task of a record: up to version 0.1 every task that keeps the size was called denoising."""


class Store:
    """The records in one folder.

    Raises: StoreError when the folder is of a newer version or is not a store.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._check_version()

    @property
    def crops(self) -> Path:
        """The folder of crops."""
        return self.folder / "crops"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a DuckDB connection with the view `records`: every record once, the latest of equals."""
        connection = connect()
        # Journals first: one that becomes Parquet meanwhile is then read twice, not missed.
        pending = [r for p in sorted(self._records.glob("*.jsonl")) for r in read_journal(p)]
        create_table(connection, "journals", FIELDS, pending)
        parts = ["SELECT * FROM journals"]
        finished = sorted(str(p) for p in self._records.glob("*.parquet"))
        if finished:
            there = self._columns_of(connection, finished)
            files = ", ".join("'" + f.replace("'", "''") + "'" for f in finished)
            names = ", ".join(f'"{name}"' for name in FIELDS if name in there)
            parts.append(f"SELECT {names} FROM read_parquet([{files}], union_by_name=true)")  # noqa: S608
        connection.execute(
            f"CREATE TEMP VIEW stored AS SELECT * REPLACE ({_WHERE_ABSENT}, {_TASK}) "  # noqa: S608
            f"FROM ({' UNION ALL BY NAME '.join(parts)})"
        )
        create_records(connection)
        return connection

    def finished(self, keys: Iterable[str]) -> set[tuple[str, str]]:
        """Return the pairs of cell key and sample that have a value already."""
        wanted = sorted(set(keys))
        if not wanted or self._is_empty():
            return set()
        with self.connect() as connection:
            rows = connection.execute(
                "SELECT key, sample FROM records WHERE status = 'ok' AND key IN (SELECT unnest(?))",
                [wanted],
            ).fetchall()
        return {(key, sample) for key, sample in rows}

    def writer(self, run: str) -> "Writer":
        """Return a writer for one run, and adopt the journals of runs that died.

        Raises: StoreError when the folder cannot be written to.
        """
        try:
            self._records.mkdir(parents=True, exist_ok=True)
            version = self.folder / "store.json"
            if not version.exists():
                write_whole(version, json.dumps({"schema": SCHEMA_VERSION}).encode() + b"\n")
            for journal in sorted(self._records.glob("*.jsonl")):
                Journal.adopt(journal)
            return Writer(self._records / f"{run}.jsonl")
        except OSError as error:
            raise StoreError(
                f"the store {self.folder} cannot be written: {error.strerror}."
            ) from error

    def _is_empty(self) -> bool:
        """Return whether there are no records, without starting the database, which is slow."""
        for path in self._records.glob("*.*"):
            if path.suffix == ".parquet":
                return False
            if path.suffix == ".jsonl":
                try:
                    if path.stat().st_size:
                        return False
                except FileNotFoundError:  # it has just become Parquet
                    return False
        return True

    @property
    def _records(self) -> Path:
        return self.folder / "records"

    def _check_version(self) -> None:
        path = self.folder / "store.json"
        if self.folder.exists() and not self.folder.is_dir():
            raise StoreError(f"the store {self.folder} is a file; expected a folder.")
        if not path.exists():
            return
        try:
            version = int(json.loads(path.read_text())["schema"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise StoreError(f"{path} is damaged ({error}); expected {{'schema': 1}}.") from error
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"the store {self.folder} was written by a newer iqabench (layout {version}; this one reads "
                f"up to {SCHEMA_VERSION}). Upgrade with 'pip install -U iqabench', or name another folder "
                "with --store."
            )

    def _columns_of(self, connection: duckdb.DuckDBPyConnection, files: list[str]) -> set[str]:
        """Return the fields that any of the files has.

        Raises: StoreError when one is damaged, or lacks what every store has.
        """
        columns: set[str] = set()
        for file in files:
            try:
                names = parquet_columns(connection, file)
            except duckdb.Error as error:
                raise StoreError(
                    f"{file} is damaged ({error}). Move it away; the other runs are unharmed."
                ) from error
            missing = sorted(set(FIELDS) - set(ADDED) - names)
            if missing:
                raise StoreError(f"{file} lacks the columns {', '.join(missing)}. Move it away.")
            columns |= names
        return columns


class Writer:
    """The writer of the records of one run: a context manager that closes the journal at the end."""

    def __init__(self, path: Path) -> None:
        self._journal = Journal(path)
        self.run = path.stem
        self.count = 0

    def add(self, records: list[Record]) -> None:
        """Keep these records; when this returns they survive a crash.

        Raises: StoreError when the disk is full; what was added before is safe.
        """
        try:
            self._journal.append(records)
        except OSError as error:
            raise StoreError(
                f"the store cannot be written: {error.strerror} ({self._journal.path}). "
                f"{self.count} records of this run are safe; make room and run the same command again: "
                "it goes on where it stopped."
            ) from error
        self.count += len(records)

    def __enter__(self) -> "Writer":
        return self

    def __exit__(self, *_: object) -> None:
        self._journal.finish()
