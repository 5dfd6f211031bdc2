"""A store with damaged or unreadable files: each is named, and the others count."""

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

import duckdb
import pytest

from iqabench.errors import DamageWarning, StoreError
from iqabench.store import Store
from store.example import record, values

WithoutRights = Callable[[Path, int], contextlib.AbstractContextManager[None]]


def test_a_newer_store_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "store.json").write_text(json.dumps({"schema": 99}))
    with pytest.raises(StoreError, match=r"newer iqabench \(layout 99.*pip install -U"):
        Store(tmp_path)


@pytest.mark.parametrize(
    "text", ["", "{}", "[]", '{"schema": "x"}', '{"schema": Infinity}', "[" * 100_000, "9" * 5000]
)
def test_a_damaged_version_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "store.json").write_text(text)
    with pytest.raises(StoreError, match=r"store\.json is damaged"):
        Store(tmp_path)


def test_a_file_is_no_store(tmp_path: Path) -> None:
    (tmp_path / "f").write_text("")
    with pytest.raises(StoreError, match="is a file"):
        Store(tmp_path / "f")


def test_a_damaged_parquet_file_is_named(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.writer("r1") as writer:
        writer.add([record()])
    with store.writer("r2") as writer:
        writer.add([record("b", 7.0)])
    next((tmp_path / "records").glob("r1.*.parquet")).write_bytes(b"PAR1 broken")
    with pytest.warns(DamageWarning, match=r"r1\..*\.parquet is damaged"):
        assert values(store) == {"b": 7.0}


def test_one_flipped_bit_is_found(tmp_path: Path) -> None:
    """Parquet has no checksums of its own: most flipped bits would give another number."""
    store = Store(tmp_path)
    with store.writer("r1") as writer:
        writer.add([record(f"s{n}", float(n)) for n in range(20)])
    [file] = (tmp_path / "records").glob("*.parquet")
    data = bytearray(file.read_bytes())
    for place in range(4, len(data) - 8, len(data) // 12):
        flipped = data.copy()
        flipped[place] ^= 1
        file.write_bytes(flipped)
        with pytest.warns(DamageWarning, match="checksum"):
            assert not store.finished(["k"])


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ("5", "line 2: expected a record, found int"),
        ("[" * 100_000, "line 2: it is not JSON"),
        ('"\\ud800"', "line 2: expected a record, found str"),
        ({"value": "abc"}, "line 2: value is 'abc'; expected a number"),
        ({"scale": 2**70}, "line 2: scale is 1180591620717411303424; expected an integer"),
        ({"scale": True}, "line 2: scale is True; expected an integer"),
        ({"model": "\ud800"}, r"line 2: model is '\\ud800'; expected text in UTF-8"),
        ({"tile": None}, "line 2: tile is None; expected an integer"),
        ({"random_weights": 1}, "line 2: random_weights is 1; expected true or false"),
    ],
)
def test_a_damaged_line_of_a_journal_is_named_and_the_others_count(
    tmp_path: Path, change: str | dict[str, Any], told: str
) -> None:
    rows = [asdict(record("a")), asdict(record("b")), asdict(record("c"))]
    lines = [json.dumps(row) for row in rows]
    lines[1] = change if isinstance(change, str) else json.dumps(rows[1] | change)
    records = tmp_path / "records"
    records.mkdir()
    (records / "x.jsonl").write_text("\n".join(lines) + "\n")
    store = Store(tmp_path)
    with pytest.warns(DamageWarning, match=f"x.jsonl is damaged.*{told}"):
        assert sorted(values(store)) == ["a", "c"]
    with pytest.warns(DamageWarning, match="1 damaged lines"):
        writer = store.writer("next")
    with writer:
        writer.add([record("d")])
    assert sorted(values(store)) == ["a", "c", "d"]
    assert (records / "x.jsonl.damaged").exists()


def test_a_column_of_another_type_is_told(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.writer("r1") as writer:
        writer.add([record()])
    [file] = (tmp_path / "records").glob("*.parquet")
    with duckdb.connect() as connection:
        asked = f"SELECT * REPLACE ('text' AS value) FROM '{file}'"
        place = tmp_path / "records" / "by_hand.parquet"
        connection.execute(f"COPY ({asked}) TO '{place}' (FORMAT parquet)")
    with pytest.warns(DamageWarning, match="its column 'value' is of the type BYTE_ARRAY"):
        assert values(store) == {"baby": 32.0}


def test_an_unreadable_store_is_told_from_an_empty_one(
    open_path: Path, without_rights: WithoutRights
) -> None:
    store = Store(open_path)
    with store.writer("r1") as writer:
        writer.add([record()])
    with (
        without_rights(open_path / "records", 0),
        pytest.raises(StoreError, match="cannot be read"),
    ):
        store.finished(["k"])
    with without_rights(open_path, 0), pytest.raises(StoreError, match="cannot be read"):
        Store(open_path)


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "s").write_text("a file where a folder must go")
    with pytest.raises(StoreError):
        Store(tmp_path / "s" / "deeper").writer("r").add([record()])
