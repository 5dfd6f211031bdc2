"""The store: nothing that was kept is ever lost, whatever happens afterwards."""

import contextlib
import errno
import math
import os
import signal
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from iqabench.atomic import part_of
from iqabench.errors import StoreError
from iqabench.store import Store, content_key, journal
from iqabench.store.record import ADDED
from iqabench.store.tables import write_parquet
from store.example import record, values

WithoutRights = Callable[[Path, int], contextlib.AbstractContextManager[None]]


def test_records_come_back_and_inf_survives(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    with store.writer("r1") as writer:
        writer.add([record("a", math.inf), record("b", 30.25)])
        assert values(store) == {"a": math.inf, "b": 30.25}  # while it is being written
    assert values(store) == {"a": math.inf, "b": 30.25}
    assert [p.suffix for p in (tmp_path / "s" / "records").iterdir()] == [".parquet"]


def test_a_failed_record_has_no_value_and_is_not_finished(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.writer("r1") as writer:
        writer.add([record("a", None, status="failed", error="NaN"), record("b")])
    assert values(store) == {"a": None, "b": 32.0}
    assert store.finished(["k"]) == {("k", "b")}


def test_the_latest_of_equal_records_counts(tmp_path: Path) -> None:
    store = Store(tmp_path)
    with store.writer("r1") as writer:
        writer.add([record(value=1.0, time="2026-01-02T00:00:00.000Z")])
    with store.writer("r2") as writer:
        writer.add([record(value=2.0, time="2026-01-01T00:00:00.000Z")])
    assert values(store) == {"baby": 1.0}


def test_two_writers_share_one_store(tmp_path: Path) -> None:
    one, two = Store(tmp_path), Store(tmp_path)
    with one.writer("r1") as first, two.writer("r2") as second:
        first.add([record("a")])
        second.add([record("b")])
        with Store(tmp_path).writer("r3") as third:  # must not adopt journals of the living
            third.add([record("c")])
        first.add([record("d")])
    assert sorted(values(one)) == ["a", "b", "c", "d"]


def test_merging_stores_is_copying_files(tmp_path: Path) -> None:
    for name in ("a", "b"):
        with Store(tmp_path / name).writer(f"run-{name}") as writer:
            writer.add([record(name)])
    source = next((tmp_path / "b" / "records").glob("*.parquet"))
    (tmp_path / "a" / "records" / source.name).write_bytes(source.read_bytes())
    assert sorted(values(Store(tmp_path / "a"))) == ["a", "b"]


def test_kill_9_loses_nothing_that_was_added(tmp_path: Path) -> None:
    code = f"""
        import os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parents[1])!r})
        from pathlib import Path
        from store.example import record
        from iqabench.store import Store
        writer = Store(Path({str(tmp_path)!r})).writer("dead")
        writer.add([record("a")]); writer.add([record("b")])
        os.kill(os.getpid(), signal.SIGKILL)
    """
    done = subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    assert done.returncode == -signal.SIGKILL
    with (tmp_path / "records" / "dead.jsonl").open("ab") as file:
        file.write(b'{"key": "k", "sam')  # the line in flight
    store = Store(tmp_path)
    assert sorted(values(store)) == ["a", "b"]
    with store.writer("next") as writer:
        writer.add([record("c")])
    assert [p.name.split(".")[0] for p in sorted((tmp_path / "records").iterdir())] == [
        "dead",
        "next",
    ]
    assert sorted(values(store)) == ["a", "b", "c"]


def test_a_file_that_was_never_finished_is_no_run(tmp_path: Path) -> None:
    """A kill may leave such a file while a journal becomes Parquet."""
    with Store(tmp_path).writer("r1") as writer:
        writer.add([record("a")])
    (tmp_path / "records" / ".r2.parquet.123-456.part").write_bytes(b"PAR1")
    assert list(values(Store(tmp_path))) == ["a"]


def test_without_room_for_parquet_the_journal_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise duckdb.IOException("No space left on device")

    monkeypatch.setattr(journal, "write_record_file", full)
    for name in ("a", "b"):  # the second would take over what the first left
        with Store(tmp_path).writer(name) as writer:
            writer.add([record(name)])
    assert sorted(p.name for p in (tmp_path / "records").iterdir()) == [
        "a.host",
        "a.jsonl",
        "a.lock",
        "b.host",
        "b.jsonl",
        "b.lock",
    ]
    assert sorted(values(Store(tmp_path))) == ["a", "b"]


def test_a_full_disk_is_told_and_keeps_what_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = Store(tmp_path)
    real = os.write

    def full(handle: int, data: bytes) -> int:
        if len(data) > 100:
            return real(handle, data[:100])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with store.writer("r1") as writer:
        writer.add([record("a")])
        monkeypatch.setattr("iqabench.store.journal.os.write", full)
        with pytest.raises(StoreError, match=r"No space left.*1 records of this run are safe"):
            writer.add([record("b")])
    monkeypatch.undo()
    assert values(store) == {"a": 32.0}


def test_the_disk_is_waited_for_at_most_every_half_second(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whole images of work between two waits: quick ones share a wait, slow ones have one each."""
    now, waits = [100.0], []
    with Store(tmp_path).writer("r1") as writer:
        writer.open()
        monkeypatch.setattr("iqabench.store.journal.time.monotonic", lambda: now[0])
        monkeypatch.setattr("iqabench.store.journal.os.fsync", lambda _: waits.append(now[0]))
        for index in range(12):
            writer.add([record(f"quick {index}")])
            now[0] += 0.125
        assert waits == [100.0, 100.5, 101.0]
        for index in range(3):
            now[0] += 5
            writer.add([record(f"slow {index}")])
        assert waits[3:] == [106.5, 111.5, 116.5]
        monkeypatch.undo()
        lines = (tmp_path / "records" / "r1.jsonl").read_bytes().splitlines()
        assert len(lines) == 15  # the system has all of them, so that a kill loses none
    assert len(values(Store(tmp_path))) == 15


@pytest.mark.parametrize("column", [["a"], ["a", "a"], ["a", None], [None, None], ["ä", "a"]])
def test_columns_of_one_value_have_a_row_for_each_record(
    tmp_path: Path, column: list[str | None]
) -> None:
    path, zeros = tmp_path / "t.parquet", (0.0, -0.0)
    rows = [{"number": 1, "text": text, "zero": zeros[at]} for at, text in enumerate(column)]
    write_parquet(path, {"number": "BIGINT", "text": "VARCHAR", "zero": "DOUBLE"}, rows)
    with duckdb.connect() as connection:
        found = connection.execute("FROM read_parquet(?)", [str(path)]).fetchall()
    assert [row[:2] for row in found] == [(1, text) for text in column]
    signs = [math.copysign(1, zero) for _, _, zero in found]
    assert signs == [1, -1][: len(rows)]


def test_a_read_only_store_with_nothing_to_do_is_left_as_it_is(
    open_path: Path, without_rights: WithoutRights
) -> None:
    store = Store(open_path)
    with store.writer("r1") as writer:
        writer.add([record()])
    before = sorted(open_path.rglob("*"))
    with without_rights(open_path / "records", 0o555), store.writer("r2"):
        assert store.finished(["k"]) == {("k", "baby")}
    assert sorted(open_path.rglob("*")) == before


def test_parts_of_dead_processes_go_with_the_next_writer(tmp_path: Path) -> None:
    code = f"""
        import os, signal, sys
        sys.path.insert(0, {str(Path(__file__).parents[1])!r})
        from pathlib import Path
        from store.example import record
        from iqabench.atomic import part_of
        from iqabench.store import Store
        store = Path({str(tmp_path)!r})
        Store(store).writer("dead").add([record("a")])
        (store / "crops" / "x").mkdir(parents=True)
        part_of(store / "crops" / "x" / "target.png").write_bytes(b"half")
        os.kill(os.getpid(), signal.SIGKILL)
    """
    subprocess.run([sys.executable, "-c", textwrap.dedent(code)], check=False)
    assert len(list(tmp_path.rglob("*.part"))) == 1
    living = part_of(tmp_path / "crops" / "living.png")
    living.write_bytes(b"")
    with Store(tmp_path).writer("next") as writer:
        writer.add([record("b")])
    assert list(tmp_path.rglob("*.part")) == [living]


def test_content_keys_tell_apart() -> None:
    assert content_key(a=1, b=2) == content_key(b=2, a=1)
    assert content_key(a=1) != content_key(a=2)


def test_a_store_from_before_a_field_was_added_is_read(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    with store.writer("r1") as writer:
        writer.add([record("a", 30.0)])
    [file] = (tmp_path / "s" / "records").glob("*.parquet")
    with duckdb.connect() as connection:
        connection.execute(
            f"CREATE TABLE old AS SELECT * EXCLUDE ({', '.join(ADDED)}) FROM '{file}'"
        )
        connection.execute(f"COPY old TO '{file.with_name('r1.parquet')}' (FORMAT parquet)")
    file.unlink()  # old stores had no checksum in the name
    asked = "SELECT sample, kind, images, reference FROM records ORDER BY sample"
    with store.connect() as connection:
        assert connection.execute(asked).fetchall() == [("a", "image", 1, "")]
    with store.writer("r2") as writer:
        writer.add([record("b", 7.0, kind="set", images=5, reference="x")])
    with store.connect() as connection:
        assert connection.execute(asked).fetchall() == [("a", "image", 1, ""), ("b", "set", 5, "x")]


@pytest.mark.parametrize(
    ("level", "more", "task"),
    [
        ("n25", {}, "denoise"),
        ("", {}, "restore"),
        ("x1", {}, "restore"),
        ("", {"model": "identity", "model_facts": '{"title":"The image as it is"}'}, "opinion"),
    ],
)
def test_records_of_version_0_1_have_the_task_that_they_would_have_today(
    tmp_path: Path, level: str, more: dict[str, Any], task: str
) -> None:
    store = Store(tmp_path)
    with store.writer("r1") as writer:
        writer.add([record(task="denoise", scale=1, level=level, **more)])
    with store.connect() as connection:
        assert connection.execute("SELECT task FROM records").fetchall() == [(task,)]
