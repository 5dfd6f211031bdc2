"""The index of records: each file is looked at once, and a cell reads only its own."""

from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pytest

from iqabench.errors import DamageWarning
from iqabench.store import Record, Store, record_index
from iqabench.store.journal import JournalContent
from iqabench.store.record import ADDED
from store.example import record


def fill(store: Store, *runs: str) -> None:
    for run in runs:
        with store.writer(run) as writer:
            writer.add([record(sample, key=f"key {run}") for sample in ("a", "b")])


@pytest.fixture
def looked_at(monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, int]]:
    """Return the list to which each look at files adds its kind and the number of files."""
    looks: list[tuple[str, int]] = []

    def counted(name: str, real: Callable[..., Any]) -> Callable[..., Any]:
        def look(connection: duckdb.DuckDBPyConnection, files: list[Path]) -> Any:
            looks.append((name, len(files)))
            return real(connection, files)

        return look

    for name in ("faults_of_files", "keys_of_files"):
        monkeypatch.setattr(record_index, name, counted(name, getattr(record_index, name)))
    return looks


def test_each_file_is_looked_at_once_however_many_cells_there_are(
    tmp_path: Path, looked_at: list[tuple[str, int]]
) -> None:
    runs = [f"r{number}" for number in range(6)]
    fill(Store(tmp_path), *runs)
    store = Store(tmp_path)
    for run in runs:
        assert store.finished([f"key {run}"]) == {(f"key {run}", "a"), (f"key {run}", "b")}
    assert looked_at == [("faults_of_files", 6), ("keys_of_files", 6)]
    fill(Store(tmp_path), "later")
    looked_at.clear()
    assert len(store.finished(["key later", "key r1"])) == 4
    assert looked_at == [("faults_of_files", 1), ("keys_of_files", 1)]


def test_a_cell_reads_only_its_own_files(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store, "r1", "r2", "r3")
    index = record_index.RecordIndex(tmp_path / "records")
    assert [file.name[:3] for file in index.of(["key r1", "key r3"]).files] == ["r1.", "r3."]
    assert index.of(["absent"]) == record_index.Found([], [])
    assert len(index.all().files) == 3


def test_a_file_that_is_damaged_later_is_found(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store, "r1", "r2")
    assert store.finished(["key r1"])
    [file] = (tmp_path / "records").glob("r1.*.parquet")
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.warns(DamageWarning, match="checksum"):
        assert not store.finished(["key r1"])
    assert store.finished(["key r2"])


def test_each_line_of_a_journal_is_read_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store, real = Store(tmp_path), JournalContent.add
    lines: list[bytes] = []

    def counted(self: JournalContent, line: bytes) -> dict[str, Any] | None:
        lines.append(line)
        return real(self, line)

    monkeypatch.setattr(JournalContent, "add", counted)
    with store.writer("going on") as writer:
        for cell in range(5):
            writer.add([record(sample, key=f"cell {cell}") for sample in ("a", "b", "c")])
            assert len(store.finished([f"cell {cell}"])) == 3
        # each line when it is new, and again in the answer about its own cell
        assert len(lines) == 2 * 5 * 3
        assert len(store.finished([f"cell {cell}" for cell in range(5)])) == 15
        assert sorted(r.key for r in store.records(["cell 2"])) == ["cell 2"] * 3
    assert len(store.finished(["cell 0", "cell 4"])) == 6


def test_a_file_that_is_replaced_while_it_is_looked_for_is_looked_for_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    fill(store, "r1")
    [file] = (tmp_path / "records").glob("*.parquet")
    other = file.with_name("renamed.parquet")
    real = record_index.RecordIndex.of
    replaced: list[Path] = []

    def of(self: record_index.RecordIndex, keys: list[str]) -> record_index.Found:
        found = real(self, keys)
        if not replaced:
            replaced.append(file.rename(other))
        return found

    monkeypatch.setattr(record_index.RecordIndex, "of", of)
    assert len(store.finished(["key r1"])) == 2
    assert replaced


def test_files_of_several_versions_share_an_index(tmp_path: Path) -> None:
    store = Store(tmp_path)
    fill(store, "new")
    with duckdb.connect() as connection:
        for name, added in (("old", ", ".join(ADDED)), ("older", "details, setting")):
            place = tmp_path / "records" / f"{name}.parquet"
            connection.execute(
                f"COPY (SELECT * EXCLUDE ({added}) REPLACE ('key {name}' AS key) FROM "
                f"'{tmp_path}/records/new*.parquet') TO '{place}' (FORMAT parquet)"
            )
    assert len(store.finished(["key new", "key old", "key older"])) == 6
    [one, _] = sorted(store.records(["key old"]), key=lambda found: found.sample)
    assert asdict(one) == asdict(Record(**{**asdict(record("a")), "key": "key old"}))
