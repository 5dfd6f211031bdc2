from typing import Any

import pytest

from iqabench.errors import UsageError
from iqabench.report.data.aggregate import Results
from iqabench.report.data.fronts import fronts
from iqabench.store import Store

from .conftest import Fill, column_of, cost


def front_of(store: Store, *names: str) -> list[dict[str, Any]]:
    with Results(store) as results:
        return fronts(results, names)


def on(rows: list[dict[str, Any]]) -> set[str]:
    return {row["model"] for row in rows if row["front"]}


def test_quality_over_operations(costly: Store) -> None:
    found = front_of(costly, "psnr@sr-y", "macs@exact:3x256x256")
    assert on(found) == {"good", "good@pruned"}
    assert {r["model"]: r["macs@exact:3x256x256"] for r in found} == {
        "good": 4_000_000_000,
        "good@pruned": 2_000_000_000,
        "luck (random weights)": 3_000_000_000,
        "bicubic": None,
    }
    assert {(r["set"], r["level"], r["device"]) for r in found} == {("tiny", "x4", "")}
    assert [r["front"] for r in found] == sorted((r["front"] for r in found), reverse=True)


def test_parameters_are_a_column(costly: Store) -> None:
    assert on(front_of(costly, "psnr@sr-y", "params")) == {"good", "good@pruned", "bicubic"}


def test_three_columns_and_two_devices(costly: Store) -> None:
    found = front_of(costly, "psnr@sr-y", "macs@fvcore", "latency_ms@3x256x256")
    assert {r["device"] for r in found} == {"a GPU", "a processor (1 thread)"}
    assert on(found) == {"good"}  # the other was never counted by fvcore


def test_costs_alone_are_of_devices(fill: Fill) -> None:
    store = fill(
        *column_of([30.0]),
        cost(5.0),
        cost(9.0, probe="memory_mib"),
        cost(4.0, model="m"),
        cost(9.0, model="m", probe="memory_mib"),
        cost(1.0, model="luck", random_weights=True),
        cost(99.0, model="luck", random_weights=True, probe="memory_mib"),
    )
    found = front_of(store, "latency_ms", "memory_mib")
    assert on(found) == {"m", "luck (random weights)"}
    assert "set" not in found[0]
    assert found[0]["device"] == "a processor (1 thread)"


def test_more_is_better_for_throughput(fill: Fill) -> None:
    store = fill(
        *(
            r
            for m, q, t in (("a", 30.0, 5.0), ("b", 29.0, 6.0), ("c", 29.0, 4.0))
            for r in (*column_of([q], model=m), cost(t, model=m, probe="throughput_mpx_s"))
        ),
    )
    assert on(front_of(store, "psnr@sr-y", "throughput_mpx_s")) == {"a", "b"}


def test_names_that_mean_several_columns(costly: Store) -> None:
    with pytest.raises(UsageError, match="'macs' may mean several columns: macs@exact:3x128x128, "):
        front_of(costly, "psnr@sr-y", "macs")
    assert front_of(costly, "psnr@sr-y", "macs@fvcore")


def test_unknown_names_and_too_few(costly: Store) -> None:
    with pytest.raises(
        UsageError, match=r"no column 'energy' was measured; there are: .*params, psnr@sr-y"
    ):
        front_of(costly, "psnr@sr-y", "energy")
    for names in ((), ("psnr@sr-y",), ("psnr@sr-y", "psnr@sr-y")):
        with pytest.raises(UsageError, match="two or more different columns"):
            front_of(costly, *names)


def test_columns_that_no_set_has_together(fill: Fill) -> None:
    store = fill(*column_of([30.0]), *column_of([31.0], set="noisy", column="psnr@rgb"))
    with pytest.raises(UsageError, match="no set and no device has all of psnr@sr-y, psnr@rgb"):
        front_of(store, "psnr@sr-y", "psnr@rgb")
