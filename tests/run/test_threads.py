"""Numbers of threads share no key where they give other digits; old records are read as what they are."""

import json
from collections.abc import Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest
import torch
from torch import nn

from iqabench.metrics import column
from iqabench.metrics.core.metric import metrics
from iqabench.models.core.card import Card
from iqabench.models.core.load import load_model
from iqabench.models.core.model import NetworkModel
from iqabench.run.evaluate import evaluate
from iqabench.run.plan import Options, plan
from iqabench.run.records import Origin, RecordMaker, Subject
from iqabench.run.scores import Score
from iqabench.run.threads import CellKey, find_finished, threads_of
from iqabench.store import Record, Store

SUBJECT = Subject("sr", "mine", "abc", 2, "x2")


@pytest.fixture
def two_threads() -> Iterator[None]:
    """Two threads of torch; the tests of the suite have one."""
    torch.set_num_threads(2)
    yield
    torch.set_num_threads(1)


def key(name: str, **facts: object) -> str:
    origin = Origin(model="m", model_hash="h", model_facts="{}", **facts)  # type: ignore[arg-type]
    return RecordMaker(SUBJECT, origin, "run").key(column(name, "sr-y"))


def test_a_network_on_a_cpu_depends_on_threads_and_nothing_else_does(two_threads: None) -> None:
    network = NetworkModel(Card(id="m", family="f", title="t"), nn.Conv2d(3, 3, 1), "h")
    assert threads_of(network) == 2
    assert threads_of(load_model("bicubic_x2")) == 1
    assert threads_of(load_model("cmd:cp {input} {output}", 1)) == 1
    network.device = torch.device("cuda")
    assert threads_of(network) == 1


def test_one_thread_leaves_a_key_as_it_was_and_others_have_keys_of_their_own() -> None:
    assert key("psnr") == key("psnr", threads=1)
    assert len({key("psnr", threads=count) for count in (1, 2, 3)}) == 3
    learned, device = key("lpips"), key("lpips", device_class="cuda")
    torch.set_num_threads(2)
    try:
        assert key("psnr") == key("psnr", threads=1)
        assert key("lpips") != learned
        assert key("lpips", device_class="cuda") == device
    finally:
        torch.set_num_threads(1)


def test_every_metric_that_is_a_network_says_so() -> None:
    own = [m for m in metrics() if str(m.function.__module__).startswith("iqabench.")]
    assert len(own) > 40
    for metric in own:
        module = import_module(metric.function.__module__)
        source = Path(module.__file__ or "").read_text()
        assert metric.network == (
            "metrics.networks" in source or "metrics import networks" in source
        )


def stored(store: Store) -> list[Record]:
    with store.connect() as connection:
        keys = [row[0] for row in connection.execute("SELECT key FROM records").fetchall()]
    return store.records(keys)


def test_old_records_count_for_their_own_number_of_threads(tmp_path: Path) -> None:
    """A store of an older version, made with two threads, is gone on with by two, and not by one."""
    cells = plan(["pocket"], ["demo"], ["psnr"], 4)
    options = Options(device="cpu", limit=1, progress=False)
    made = Store(tmp_path / "made")
    assert evaluate(cells, made, options).done == 1
    (record,) = stored(made)
    versions = {**json.loads(record.versions), "threads": "2"}
    old = replace(record, versions=json.dumps(versions, separators=(",", ":")), value=1.0)
    store = Store(tmp_path / "old")
    with store.writer("old") as writer:
        writer.add([old])
    torch.set_num_threads(2)
    try:
        outcome = evaluate(cells, store, options)
        assert (outcome.done, outcome.skipped) == (0, 1)
        assert outcome.keys != [old.key]
        assert [r.value for r in store.records(outcome.keys)] == [1.0]
    finally:
        torch.set_num_threads(1)
    outcome = evaluate(cells, store, options)
    assert (outcome.done, outcome.keys) == (1, [old.key])
    assert [r.value for r in store.records(outcome.keys)] == [record.value]
    torch.set_num_threads(2)
    try:
        later = evaluate(cells, store, options)
        assert (later.done, later.skipped) == (0, 1)
    finally:
        torch.set_num_threads(1)


def test_an_old_record_is_found_though_one_of_another_number_of_threads_has_its_key(
    tmp_path: Path,
) -> None:
    """A column that a network computes: two threads computed first, one thread later, in the same key."""
    store = Store(tmp_path / "old")
    maker = RecordMaker(SUBJECT, Origin(model="m", model_hash="h", model_facts="{}"), "a")
    learned = column("lpips", "sr-rgb")
    one = maker.make(learned, "s", Score(1.0), None)
    two = replace(one, value=2.0, time="2020-01-01T00:00:00.000Z", versions='{"threads":"2"}')
    with store.writer("a") as writer:
        writer.add([two, one])
    torch.set_num_threads(2)
    try:
        maker = RecordMaker(SUBJECT, Origin(model="m", model_hash="h", model_facts="{}"), "b")
        cell = CellKey.of(maker, learned)
        with store.writer("b") as writer:
            assert find_finished(store, writer, [cell], takes_over=False) == set()
            assert find_finished(store, writer, [cell]) == {(cell.key, "s")}
        assert [r.value for r in store.records([cell.key])] == [2.0]
    finally:
        torch.set_num_threads(1)
    with store.connect() as connection:
        values = connection.execute("SELECT value FROM records WHERE key = ?", [one.key]).fetchall()
    assert values == [(1.0,)]
