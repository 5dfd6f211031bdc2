"""A store elsewhere: what was added is there, whoever writes at the same time and whatever is killed."""

import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from store.example import record

from iqabench.errors import DamageWarning, OfflineError, StoreError
from iqabench.remote import merging, open_store
from iqabench.remote.objects import ObjectFolder
from iqabench.store import Store, Writer
from iqabench.store.agreement import read_agreement, write_agreement
from remote.examples import await_objects, files_of, objects_of, samples

Machine = Callable[[str, str], Store]


def test_a_run_ends_as_one_file_and_other_machines_read_it(s3: str, machine: Machine) -> None:
    with machine("one", s3).writer("run") as writer:
        writer.add([record("a")])
        writer.add([record("b"), record("c")])
    names = objects_of(s3)
    assert [name.split(".")[0] for name in names] == ["records/run", "store"]
    assert names[0].endswith(".parquet")
    other = machine("two", s3)
    assert samples(other) == ["a", "b", "c"]
    assert other.finished(["k"]) == {("k", "a"), ("k", "b"), ("k", "c")}


def test_other_machines_see_a_run_that_goes_on(
    memory: str, machine: Machine, at_once: None
) -> None:
    one = machine("one", memory)
    with one.writer("run") as writer:
        writer.add([record("a")])
        await_objects(memory, ".jsonl", 2)  # the first is empty: it shows that one may write
        assert samples(machine("two", memory)) == samples(one) == ["a"]


def test_crops_arrive_before_their_records(
    memory: str, machine: Machine, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    order: list[str] = []
    write, write_file = ObjectFolder.write, ObjectFolder.write_file

    def note_write(self: ObjectFolder, name: str, data: bytes) -> None:
        order.append(name)
        write(self, name, data)

    def note_file(self: ObjectFolder, name: str, file: Path) -> None:
        order.append(name)
        write_file(self, name, file)

    monkeypatch.setattr(ObjectFolder, "write", note_write)
    monkeypatch.setattr(ObjectFolder, "write_file", note_file)
    store = machine("one", memory)
    crop = store.crops / "set5" / "target.png"
    crop.parent.mkdir(parents=True)
    crop.write_bytes(b"a picture")
    with store.writer("run") as writer:
        writer.add([record("a")], [crop])
        writer.add([record("b")], [crop])  # it is sent once
    crops = [index for index, name in enumerate(order) if name == "crops/set5/target.png"]
    first = next(i for i, name in enumerate(order) if name.startswith("records/run.000001."))
    assert len(crops) == 1
    assert crops[0] < first
    other = machine("two", memory)
    assert not (other.crops / "set5").exists()  # they come when they are needed
    other.bring(other.crops)
    assert (other.crops / "set5" / "target.png").read_bytes() == b"a picture"


def test_two_machines_write_at_once(memory: str, machine: Machine, at_once: None) -> None:
    one, two = machine("one", memory), machine("two", memory)
    with one.writer("first") as first, two.writer("second") as second:
        first.add([record("a")])
        second.add([record("b")])
        first.add([record("c")])
        second.add([record("a", 33.0)])
    assert samples(machine("one", memory)) == samples(machine("three", memory)) == ["a", "b", "c"]


def test_kill_9_loses_nothing_and_the_next_run_goes_on(
    s3: str, machine: Machine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IQABENCH_HOME", str(tmp_path / "one"))
    command = [sys.executable, "-m", "remote.killed_writer", s3]
    done = subprocess.run(
        command, check=False, capture_output=True, text=True, cwd=Path(__file__).parent.parent
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    acknowledged = done.stdout.split()
    elsewhere = samples(machine("two", s3))
    assert 0 < len(elsewhere) <= len(acknowledged)  # all but those of the last second
    store = machine("one", s3)
    assert samples(store) == acknowledged
    with store.writer("next") as writer:
        assert ("k", "019") in store.finished(["k"])
        writer.add([record("020")])
    names = objects_of(s3)
    assert [name.rpartition(".")[2] for name in names] == ["png", "parquet", "parquet", "json"]
    assert samples(store) == [*acknowledged, "020"]


def test_any_writer_merges_the_parts_of_a_dead_run_and_a_living_one_loses_nothing(
    memory: str, machine: Machine, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(merging, "_DEAD_S", -1)
    with machine("one", memory).writer("first") as first:
        first.add([record("a")])
        await_objects(memory, ".jsonl", 2)
        with machine("two", memory).writer("second") as second:
            second.add([record("b")])
            merged = await_objects(memory, ".parquet", 1)
            assert merged[0].startswith("records/first.merged-")
            assert not [n for n in objects_of(memory) if n.startswith("records/first.0")]
        first.add([record("c")])
        await_objects(memory, ".jsonl", 1)
        assert samples(machine("three", memory)) == ["a", "b", "c"]
    assert samples(machine("four", memory)) == ["a", "b", "c"]
    assert samples(machine("one", memory)) == ["a", "b", "c"]


def test_a_run_that_ends_while_it_is_listed_is_not_missed(
    memory: str, machine: Machine, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    writer = machine("one", memory).writer("run")
    writer.add([record("a")])
    await_objects(memory, ".jsonl", 2)
    read, turn, parts = ObjectFolder.read, threading.Lock(), []

    def read_late(self: ObjectFolder, name: str, file: Path) -> bool:
        with turn:  # parts are read by several threads at once
            parts.append(name)
            if len(parts) == 1:
                writer.__exit__()
        return read(self, name, file)

    monkeypatch.setattr(ObjectFolder, "read", read_late)
    assert samples(machine("two", memory)) == ["a"]


def add_slowly(writer: Writer, names: str) -> None:
    for name in names:
        writer.add([record(name)])
        time.sleep(0.05)


def test_a_store_that_fails_in_mid_run_gets_the_rest_with_the_next(
    memory: str, machine: Machine, at_once: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError(28, "No space left on device")

    writer = machine("one", memory).writer("run")
    writer.add([record("a")])
    await_objects(memory, ".jsonl", 2)
    with monkeypatch.context() as broken:
        broken.setattr("fsspec.implementations.memory.MemoryFileSystem.pipe_file", fail)
        with pytest.raises(StoreError, match=r"it is full.*safe on this machine.*command again"):
            add_slowly(writer, "bcdefgh")
        writer.__exit__()  # it does not raise a second time
    added = samples(machine("one", memory))
    assert added[:2] == ["a", "b"]
    assert samples(machine("two", memory)) == ["a"]
    machine("one", memory).writer("next")
    assert samples(machine("two", memory)) == added


def test_a_store_that_does_not_answer_for_a_moment_is_waited_for(
    memory: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    write, failures = ObjectFolder.write, [TimeoutError("slow"), ConnectionResetError("gone")]

    def write_badly(self: ObjectFolder, name: str, data: bytes) -> None:
        if data.startswith(b'{"key"') and failures:
            with self._told("write to it"):
                raise failures.pop()
        write(self, name, data)

    monkeypatch.setattr(ObjectFolder, "write", write_badly)
    monkeypatch.setattr("iqabench.remote.sender._FIRST_PAUSE_S", 0.01)
    with machine("one", memory).writer("run") as writer:
        writer.add([record("a")])
    assert not failures
    assert samples(machine("two", memory)) == ["a"]


def test_a_run_with_nothing_to_write_leaves_no_object(memory: str, machine: Machine) -> None:
    with machine("one", memory).writer("run"):
        pass
    assert objects_of(memory) == []


@pytest.mark.parametrize("ending", [".parquet", ".jsonl"])
def test_a_damaged_object_is_named_and_left_out(
    memory: str, machine: Machine, at_once: None, ending: str
) -> None:
    with machine("one", memory).writer("run") as writer:
        writer.add([record("a")])
    with machine("one", memory).writer("other") as writer:
        writer.add([record("b")])
        files, root = files_of(memory)
        await_objects(memory, ".jsonl", 2)
        name = await_objects(memory, ending, 1)[-1]
        data = bytearray(files.cat_file(f"{root}/{name}"))
        data[len(data) // 2] ^= 1
        files.pipe_file(f"{root}/{name}", bytes(data))
        with pytest.warns(DamageWarning, match=f"{memory}/{name} is damaged and was left out"):
            damaged = machine("two", memory)
        assert samples(damaged) == (["b"] if ending == ".parquet" else ["a"])


def test_what_was_deleted_in_the_store_is_deleted_here(memory: str, machine: Machine) -> None:
    for name in "ab":
        with machine("one", memory).writer(name) as writer:
            writer.add([record(name)])
    files, root = files_of(memory)
    files.rm_file(f"{root}/{objects_of(memory)[0]}")
    assert samples(machine("one", memory)) == ["b"]


def test_journals_that_were_copied_into_the_store_are_read(
    memory: str, machine: Machine, tmp_path: Path
) -> None:
    writer = Store(tmp_path / "local").writer("copied")
    writer.add([record("a")])
    files, root = files_of(memory)
    files.put(str(tmp_path / "local"), root, recursive=True)
    store = machine("one", memory)
    assert samples(store) == ["a"]
    with store.writer("next") as next_writer:
        next_writer.add([record("b")])
    assert samples(machine("two", memory)) == ["a", "b"]
    writer.__exit__()


def test_names_that_lead_out_of_the_copy_are_left_alone(
    memory: str, machine: Machine, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"type": "file", "size": 1}
    root = files_of(memory)[1]
    names = ["crops/../../evil.png", "crops/a\\..\\evil.png", "records/../evil.parquet"]
    monkeypatch.setattr(
        "fsspec.implementations.memory.MemoryFileSystem.find",
        lambda *_, **__: {f"{root}/{name}": facts for name in names},
    )
    store = machine("one", memory)
    store.bring(store.crops)
    assert not list(store.folder.parent.parent.rglob("evil*"))


def test_agreement_with_opinions_is_sent_and_brought(memory: str, machine: Machine) -> None:
    row = {"statistic": "srcc", "fit": "", "value": 0.9, "n": 5, "failed": 0}
    store = machine("one", memory)
    store.put([write_agreement(store.folder, "key", [row])])
    machine("two", memory)
    store.put([write_agreement(store.folder, "key", [row | {"value": 0.8}])])
    assert read_agreement(machine("two", memory).folder) == {"key": [row | {"value": 0.8}]}


def test_a_newer_store_is_left_alone(memory: str, machine: Machine) -> None:
    files, root = files_of(memory)
    files.pipe_file(f"{root}/store.json", b'{"schema": 99}')
    with pytest.raises(StoreError, match=f"the store {memory} was written by a newer iqabench"):
        machine("one", memory)


def test_a_store_in_a_folder_may_have_a_url(tmp_path: Path) -> None:
    assert open_store(f"file://{tmp_path}/a%20b").folder == tmp_path / "a b"


def test_without_a_network_no_store_elsewhere_is_opened() -> None:
    with pytest.raises(OfflineError, match="s3://bucket/a needs the network"):
        open_store("s3://bucket/a")
