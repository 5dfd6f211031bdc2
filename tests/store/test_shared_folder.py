"""A folder that several hosts share is right without locks between them."""

import errno
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock

from iqabench.store import Store, journal
from store.example import record, values


@pytest.fixture
def move_host(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    """After the call the process is another host, which does not see the locks of the first."""

    def acquired(path: Path) -> FileLock:
        lock = FileLock(path.with_suffix(".unseen"))
        lock.acquire()
        return lock

    def move() -> None:
        monkeypatch.setattr(journal, "host_identity", lambda: "another")
        monkeypatch.setattr(journal, "try_lock", acquired)

    return move


def grow_old(path: Path) -> None:
    then = time.time() - 25 * 3600
    os.utime(path, (then, then))


def test_another_host_leaves_the_journal_of_a_living_run(
    tmp_path: Path, move_host: Callable[[], None]
) -> None:
    with Store(tmp_path).writer("first") as first:
        first.add([record("a")])
        move_host()
        with Store(tmp_path).writer("second") as second:
            second.add([record("b")])
        assert (tmp_path / "records" / "first.jsonl").exists()
        first.add([record("c")])
    assert sorted(values(Store(tmp_path))) == ["a", "b", "c"]


def test_a_writer_that_slept_a_day_loses_nothing(
    tmp_path: Path, move_host: Callable[[], None]
) -> None:
    with Store(tmp_path).writer("first") as first:
        first.add([record("a")])
        grow_old(tmp_path / "records" / "first.jsonl")
        move_host()
        Store(tmp_path).writer("second")
        assert not (tmp_path / "records" / "first.jsonl").exists()
        first.add([record("b")])
        first.add([record("c")])
        assert sorted(values(Store(tmp_path))) == ["a", "b", "c"]
    assert sorted(values(Store(tmp_path))) == ["a", "b", "c"]


def test_a_stale_handle_of_a_network_file_system_counts_as_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Store(tmp_path).writer("first") as first:
        first.add([record("a")])
        real, stale = os.write, [True]

        def write(handle: int, data: bytes) -> int:
            if stale.pop() if stale else False:
                raise OSError(errno.ESTALE, "Stale file handle")
            return real(handle, data)

        monkeypatch.setattr(os, "write", write)
        first.add([record("b")])
    assert sorted(values(Store(tmp_path))) == ["a", "b"]


def test_a_journal_that_was_copied_by_itself_is_taken_over(tmp_path: Path) -> None:
    writer = Store(tmp_path / "one").writer("first")
    writer.add([record("a")])
    (tmp_path / "two" / "records").mkdir(parents=True)
    copied = tmp_path / "two" / "records" / "first.jsonl"
    copied.write_bytes((tmp_path / "one" / "records" / "first.jsonl").read_bytes())
    Store(tmp_path / "two").writer("second")
    assert not copied.exists()
    assert sorted(values(Store(tmp_path / "two"))) == ["a"]
    writer.__exit__()
