"""The store, a folder of records: Parquet files of finished runs, journals of the others.

    STORE/store.json             the version of the layout
    STORE/records/RUN.crc-CHECKSUM.parquet   the records of one finished run, written once
    STORE/records/RUN.jsonl                  the journal of a run that is going on, or was killed
    STORE/records/RUN.lock RUN.host          the lock of its writer, and the host that it counts on
    STORE/records/RUN.jsonl.damaged          a journal with damaged lines, whose other records were kept
    STORE/crops/...                          small crops of outputs, for reports

Every run writes a journal of its own, so a `kill -9` costs at most the image in flight (and a loss of power
at most half a second of work besides, see `journal`), and two runs on one store never touch the same file. A
finished journal becomes a Parquet file by write, fsync, rename; a dead run's journal is taken over by the
next writer on its host, or after a day by one on another host that shares the folder, so no lock between
hosts is needed. Merging two stores is copying their files together: a record that is there twice (same key
and sample) counts once, the latest wins.

A file that is damaged or cannot be read is left out with a warning that names it; the others are unharmed.
"""

import json
from collections.abc import Iterable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import duckdb

from iqabench.atomic import remove_dead_parts, write_whole
from iqabench.errors import StoreError
from iqabench.store.journal import Journal
from iqabench.store.outputs import OutputFolder, Provenance
from iqabench.store.record import ADDED, FIELDS, SCHEMA_VERSION, Record
from iqabench.store.record_file import columns_of
from iqabench.store.record_index import Found, RecordIndex
from iqabench.store.tables import connect, create_table
from iqabench.store.view import create_records, create_records_of_keys
from iqabench.store.writer import Writer

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
        self._index = RecordIndex(self._records)

    @property
    def address(self) -> str:
        """The address as messages show it: the path of the folder, or the url of a store elsewhere."""
        return str(self.folder)

    def put(self, files: Sequence[Path]) -> None:
        """Send files of the folder to where the store lies; a local folder has them already."""

    def bring(self, folder: Path) -> None:
        """Bring the files below a folder of the store here; a local folder has them already."""

    def output_folder(self, provenance: Provenance) -> OutputFolder:
        """Return the folder of outputs of that origin which are kept only because columns need them."""
        return OutputFolder(self.folder / "outputs", provenance)

    @property
    def crops(self) -> Path:
        """The folder of crops."""
        return self.folder / "crops"

    def connect(self) -> duckdb.DuckDBPyConnection:
        """Return a DuckDB connection with the view `records`: every record once, the latest of equals.

        Raises: StoreError when the folder of records cannot be read.
        """
        connection = connect()
        _create_stored(connection, self._index.all())
        create_records(connection)
        return connection

    def finished(self, keys: Iterable[str], *, threads: int | None = None) -> set[tuple[str, str]]:
        """Return the pairs of cell key and sample that have a value already.

        `threads`: the only number of threads with which a value may have been computed; None for any.
        """
        rows = self._values("records", keys, "key, sample", threads)
        return {(key, sample) for key, sample in rows}

    def records(self, keys: Iterable[str], *, threads: int | None = None) -> list[Record]:
        """Return the records with a value of these keys, those of frames included.

        `threads`: the only number of threads with which a value may have been computed; None for any. The
        latest of those counts, even where a later one with another number has the same key.
        """
        names = ", ".join(f'"{name}"' for name in FIELDS)
        rows = self._values("stored", keys, names, threads)
        return [Record(**dict(zip(FIELDS, row, strict=True))) for row in rows]

    def _values(self, view: str, keys: Iterable[str], names: str, threads: int | None) -> list[Any]:
        wanted = sorted(set(keys))
        if not wanted:
            return []
        return self._index.steadily(lambda: self._look_up(view, wanted, names, threads))

    def _look_up(self, view: str, keys: list[str], names: str, threads: int | None) -> list[Any]:
        found = self._index.of(keys)
        if not found.files and not found.rows:
            return []
        with connect() as connection:
            _create_stored(connection, found)
            create_records_of_keys(connection)
            return connection.execute(
                f"SELECT {names} FROM (SELECT * FROM {view} WHERE key IN (SELECT unnest(?)) "  # noqa: S608
                "AND regexp_extract(versions, '\"threads\":\"(\\d+)\"', 1) IN ('', coalesce(?, "
                'regexp_extract(versions, \'"threads":"(\\d+)"\', 1))) '
                "QUALIFY row_number() OVER (PARTITION BY key, sample, kind, frame "
                "ORDER BY time DESC, run DESC) = 1) WHERE status = 'ok'",
                [keys, None if threads is None else str(threads)],
            ).fetchall()

    def writer(self, run: str) -> Writer:
        """Return a writer for one run; nothing is written before its first record.

        The journals of runs that died are turned into Parquet, where the store can be written to.
        """
        adopted = [Journal.adopt(journal) for journal in self._index.files(".jsonl")]
        if any(adopted):
            remove_dead_parts(self.folder, recursive=True)
        return Writer(partial(self._open_journal, run), run)

    def _open_journal(self, run: str) -> Journal:
        """Return the journal of a new run.

        Raises: StoreError when the folder cannot be written to.
        """
        try:
            self._records.mkdir(parents=True, exist_ok=True)
            version = self.folder / "store.json"
            if not version.exists():
                write_whole(version, json.dumps({"schema": SCHEMA_VERSION}).encode() + b"\n")
            return Journal(self._records / f"{run}.jsonl")
        except OSError as error:
            raise StoreError(
                f"the store {self.address} cannot be written: {error.strerror}. Make its folder writable, or "
                "name another store with --store."
            ) from error

    @property
    def _records(self) -> Path:
        return self.folder / "records"

    def _check_version(self) -> None:
        path = self.folder / "store.json"
        try:
            text = path.read_bytes()
        except FileNotFoundError:
            return
        except NotADirectoryError as error:
            raise StoreError(f"the store {self.address} is a file; expected a folder.") from error
        except OSError as error:
            raise StoreError(
                f"the store {self.address} cannot be read: {error.strerror}. Make it readable, or name "
                "another store with --store."
            ) from error
        try:
            version = int(json.loads(text)["schema"])
        except (ValueError, KeyError, TypeError, OverflowError, RecursionError) as error:
            raise StoreError(
                f'{path} is damaged; expected {{"schema": {SCHEMA_VERSION}}}. Write that to it, or name '
                "another store with --store."
            ) from error
        if version > SCHEMA_VERSION:
            raise StoreError(
                f"the store {self.address} was written by a newer iqabench (layout {version}; this one reads "
                f"up to {SCHEMA_VERSION}). Upgrade with 'pip install -U iqabench', or name another folder "
                "with --store."
            )


def _create_stored(connection: duckdb.DuckDBPyConnection, found: Found) -> None:
    """Create the view `stored` of these records, those of older versions in the form of today."""
    create_table(connection, "journals", FIELDS, found.rows)
    parts = ["SELECT * FROM journals"]
    if found.files:
        there = columns_of(connection, found.files)
        files = ", ".join("'" + str(f).replace("'", "''") + "'" for f in found.files)
        names = ", ".join(f'"{name}"' for name in FIELDS if name in there)
        parts.append(f"SELECT {names} FROM read_parquet([{files}], union_by_name=true)")  # noqa: S608
    connection.execute(
        f"CREATE TEMP VIEW stored AS SELECT * REPLACE ({_WHERE_ABSENT}, {_TASK}) "  # noqa: S608
        f"FROM ({' UNION ALL BY NAME '.join(parts)})"
    )
