from math import inf
from pathlib import Path
from typing import Any

import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.rows import rows
from iqabench.store import WHOLE_SET, Store

from .conftest import Fill, column_of, record


def only(found: list[dict[str, Any]], **wanted: Any) -> dict[str, Any]:
    matching = [r for r in found if all(r[k] == v for k, v in wanted.items())]
    assert len(matching) == 1, matching
    return matching[0]


def test_mean_is_arithmetic_over_samples(fill: Fill) -> None:
    row = only(rows(fill(*column_of([30.0, 32.0, 37.0]))))
    assert row["value"] == 33.0
    assert (row["n"], row["failed"], row["infinite"]) == (3, 0, 0)
    assert (row["model"], row["set"], row["scale"], row["column"]) == (
        "plain",
        "tiny",
        4,
        "psnr@sr-y",
    )
    assert (row["unit"], row["better"], row["precision"]) == ("dB", "higher", "fp32")


def test_failed_value_enters_no_mean(fill: Fill) -> None:
    row = only(rows(fill(*column_of([30.0, None, 34.0, None]))))
    assert (row["value"], row["n"], row["failed"]) == (32.0, 2, 2)


def test_all_failed_has_no_mean(fill: Fill) -> None:
    row = only(rows(fill(*column_of([None, None]))))
    assert (row["value"], row["n"], row["failed"]) == (None, 0, 2)


def test_infinity_survives_and_is_counted(fill: Fill) -> None:
    with Results(fill(*column_of([inf, 30.0, inf, 32.0]))) as results:
        (mean,) = results.means
    assert (mean.value, mean.infinite, mean.finite, mean.n) == (inf, 2, 31.0, 4)


def test_sum_is_compensated_and_independent_of_order(fill: Fill) -> None:
    values = [1e16, 1.0, -1e16, 1.0]
    one = only(rows(fill(*column_of(values), name="one")))
    other = only(rows(fill(*column_of(reversed(values)), name="other")))
    assert one["value"] == other["value"] == 0.5


def test_record_that_is_there_twice_counts_once(fill: Fill) -> None:
    early = column_of([10.0, 20.0], time="2026-01-01T00:00:00.000Z")
    late = column_of([30.0], time="2026-01-02T00:00:00.000Z")
    fill(*early, run="run-1")
    row = only(rows(fill(*late, run="run-2")))
    assert (row["value"], row["n"]) == (25.0, 2)


def test_success_replaces_failure_of_the_same_key(fill: Fill) -> None:
    fill(*column_of([None], time="2026-01-01T00:00:00.000Z"), run="run-1")
    row = only(rows(fill(*column_of([30.0], time="2026-01-02T00:00:00.000Z"), run="run-2")))
    assert (row["value"], row["failed"]) == (30.0, 0)


def test_newer_key_of_the_same_configuration_replaces_the_older(fill: Fill) -> None:
    """As when a model without weights gets a new version: old and new samples never share a mean."""
    old = column_of([10.0, 10.0, 10.0], key="0" * 24, time="2026-01-01T00:00:00.000Z")
    new = column_of([30.0], key="1" * 24, time="2026-01-02T00:00:00.000Z")
    row = only(rows(fill(*old, *new)))
    assert (row["value"], row["n"]) == (30.0, 1)


@pytest.mark.parametrize(
    ("change", "label"),
    [
        ({"precision": "bf16"}, "plain (bf16)"),
        ({"tile": 256}, "plain (tile 256)"),
        ({"random_weights": True}, "plain (random weights)"),
        ({"device_class": "cuda"}, "plain (cuda)"),
        ({"model_hash": "cd" * 32}, "plain (cdcdcdcd)"),
    ],
)
def test_configurations_are_never_mixed(fill: Fill, change: dict[str, Any], label: str) -> None:
    found = rows(fill(*column_of([30.0, 32.0]), *column_of([20.0, 22.0], **change)))
    assert len(found) == 2
    assert only(found, label=label)["value"] == 21.0
    (other,) = [r for r in found if r["label"] != label]
    assert other["value"] == 31.0
    assert other["model"] == "plain"


@pytest.mark.parametrize("change", [{"metric_version": 2}, {"protocol_hash": "0123456789ab"}])
def test_columns_of_another_version_are_never_mixed(fill: Fill, change: dict[str, Any]) -> None:
    found = rows(fill(*column_of([30.0]), *column_of([20.0], **change)))
    assert sorted(r["value"] for r in found) == [20.0, 30.0]


def test_sets_of_another_hash_are_never_mixed(fill: Fill) -> None:
    found = rows(fill(*column_of([30.0]), *column_of([20.0], set_hash="6" * 64)))
    assert sorted(r["value"] for r in found) == [20.0, 30.0]


def test_tiles_that_came_by_themselves_stay_in_their_row(fill: Fill) -> None:
    key = "2" * 24
    whole = record(sample="a", value=30.0, key=key)
    tiled = record(
        sample="b", value=32.0, key=key, tile=512, tile_note="out of memory: tiles of 512"
    )
    row = only(rows(fill(whole, tiled)))
    assert (row["value"], row["n"], row["tile"]) == (31.0, 2, 0)


def test_per_image_rows(fill: Fill) -> None:
    found = rows(fill(*column_of([30.0, None, inf])), per_image=True)
    assert [r["sample"] for r in found] == ["a", "b", "c"]
    assert [r["value"] for r in found] == [30.0, None, inf]
    assert [r["error"] for r in found] == ["", "the model returned NaN", ""]
    assert [(r["n"], r["failed"]) for r in found] == [(1, 0), (0, 1), (1, 0)]


def test_keys_choose_cells(fill: Fill) -> None:
    wanted, other = column_of([30.0]), column_of([20.0], model="other")
    store = fill(*wanted, *other)
    assert [r["model"] for r in rows(store, [wanted[0].key])] == ["plain"]
    assert rows(store, []) == []


def test_rows_of_an_empty_store(tmp_path: Path) -> None:
    assert rows(Store(tmp_path / "nothing")) == []


def test_completeness_is_over_the_samples_that_anybody_has(fill: Fill) -> None:
    with Results(
        fill(*column_of([1.0, 2.0, 3.0]), *column_of([1.0, None], model="short"))
    ) as results:
        found = {results.configurations[m.configuration].model: m for m in results.means}
    assert found["plain"].complete
    assert (found["short"].n, found["short"].of, found["short"].complete) == (1, 3, False)


def test_a_record_of_a_whole_set_counts_its_images(fill: Fill) -> None:
    whole = {"sample": WHOLE_SET, "kind": "set", "column": "fid@sr-rgb", "images": 5}
    store = fill(
        *column_of([30, 31, 32, 33, 34]),
        record(**whole, value=12.5),
        record(**whole, value=None, status="failed", error="b has no output", model="other"),
    )
    found = {(r["model"], r["column"]): r for r in rows(store)}
    fid = found[("plain", "fid@sr-rgb")]
    assert (fid["value"], fid["n"], fid["failed"]) == (12.5, 5, 0)
    failed = found[("other", "fid@sr-rgb")]
    assert (failed["value"], failed["n"], failed["failed"]) == (None, 0, 5)
    assert {r["sample"] for r in rows(store, per_image=True)} == set("abcde")
    with Results(store) as results:
        assert all(m.complete for m in results.means if m.value is not None)
        assert {m.of for m in results.means} == {5}
