"""Grouping: exact sums in any order, large stores as small ones, and a store that is being written."""

import math
import random
import threading
from pathlib import Path

import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.rows import rows
from iqabench.report.data.tables import tables
from iqabench.report.pages.core.site import write_report
from iqabench.store import Store

from .conftest import Fill, column_of
from .test_site import files

MANY = [f"s{at:03d}" for at in range(200)]


def mean_of(store: Store) -> float:
    (row,) = rows(store)
    return float(row["value"])


@pytest.mark.parametrize("scale", [1e-6, 1.0, 30.0, 1e6, 1e12])
def test_means_are_those_of_exact_sums(fill: Fill, scale: float) -> None:
    """Beyond 2^21 values are summed in their order, below it exactly: both agree with `math.fsum`."""
    chance = random.Random(3)
    values = [scale * chance.uniform(-1, 1) for _ in MANY]
    known = math.fsum(values) / len(values)
    first = mean_of(fill(*column_of(values, samples=MANY), name="one"))  # type: ignore[arg-type]
    chance.shuffle(values)
    second = mean_of(fill(*column_of(values, samples=MANY), name="other"))  # type: ignore[arg-type]
    assert first == second
    assert first == pytest.approx(known, rel=1e-14, abs=scale * 1e-16)


def test_the_largest_of_both_ways_in_one_column(fill: Fill) -> None:
    values = [2.0**21, -(2.0**21), 2.0**21 - 1, 3.0]
    assert mean_of(fill(*column_of(values))) == (2.0**21 + 2) / 4


def test_samples_that_anybody_has_are_united(fill: Fill) -> None:
    """a and b, b and c: three images, and nobody has all of them."""
    store = fill(*column_of([1.0, 2.0]), *column_of([2.0, 3.0], samples="bc", model="other"))
    with Results(store) as results:
        assert [(m.n, m.of, m.complete) for m in results.means] == 2 * [(2, 3, False)]


def test_a_store_too_large_to_be_kept_in_memory(
    full: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_report(full, tmp_path / "one", among=[])
    monkeypatch.setattr("iqabench.report.data.grouping.KEPT", 0)
    write_report(full, tmp_path / "other", among=[])
    assert files(tmp_path / "one") == files(tmp_path / "other")


def test_facts_are_found_in_whatever_sample_a_key_has(fill: Fill) -> None:
    """Keys with one, two and no sample in common: each has its own facts."""
    store = fill(
        *column_of([30.0, 31.0]),
        *column_of([29.0], samples="b", model="b alone"),
        *column_of([28.0], samples="z", model="elsewhere", precision="bf16"),
    )
    assert {(r["model"], r["precision"], r["n"]) for r in rows(store)} == {
        ("plain", "fp32", 2),
        ("b alone", "fp32", 1),
        ("elsewhere", "bf16", 1),
    }


def test_a_store_that_is_being_written(fill: Fill, tmp_path: Path) -> None:
    """Whoever reads sees whole records: every mean is over what was there, and nothing is counted twice."""
    store = fill(*column_of([30.0, 31.0]))
    done = threading.Event()

    def write() -> None:
        for run in range(8):
            with store.writer(f"run-w{run}") as writer:
                for at, name in enumerate("abcdefghij"):
                    writer.add(column_of([30.0 + at], samples=name, model=f"m{run}"))
        done.set()

    thread = threading.Thread(target=write)
    thread.start()
    seen = 0
    while not done.is_set() or not seen:
        for table in tables(store):
            for row in table.rows:
                (cell,) = row.cells
                assert cell is not None
                own = row.configuration.model != "plain"
                assert cell.mean.value == (30.0 + (cell.mean.n - 1) / 2 if own else 30.5)
                assert cell.mean.n <= 10
        seen += 1
    thread.join()
    write_report(store, tmp_path / "out", among=[])
    assert {(r["model"], r["n"]) for r in rows(store)} == {
        ("plain", 2),
        *((f"m{run}", 10) for run in range(8)),
    }


def test_a_line_that_is_half_written_is_left_out(fill: Fill) -> None:
    store = fill(*column_of([30.0]))
    with store.writer("run-w") as writer:
        writer.add(column_of([40.0], samples="b"))
        journal = next((store.folder / "records").glob("*.jsonl"))
        whole = journal.read_bytes()
        journal.write_bytes(whole + whole[: len(whole) // 2])
        assert mean_of(store) == 35.0
        journal.write_bytes(whole)
