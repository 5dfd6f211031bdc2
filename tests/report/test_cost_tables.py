import csv
import io
from typing import Any

import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.cost_tables import CostTable
from iqabench.report.data.devices import Device, devices_of
from iqabench.report.data.rows import rows
from iqabench.report.data.tables import tables
from iqabench.report.text.cost_formats import cost_csv, cost_latex, cost_markdown
from iqabench.store import Record, Store

from .conftest import NASTY, Fill, cost


def device_of(store: Store, name: str = "a processor (1 thread)") -> Device:
    with Results(store) as results:
        (found,) = [d for d in devices_of(results) if d.name == name]
    return found


def places(table: CostTable, column: str) -> dict[str, int]:
    at = [c.column for c in table.columns].index(column)
    return {f"{r.label} {r.size}": c.place for r in table.rows if (c := r.cells[at])}


def only(store: Store) -> CostTable:
    (table,) = device_of(store).tables
    return table


def test_sets_and_devices_stay_apart(costly: Store) -> None:
    assert {t.setting.set for t in tables(costly)} == {"tiny"}
    assert {r["column"] for r in rows(costly)} == {"psnr@sr-y", "lpips@sr-rgb"}
    with Results(costly) as results:
        assert [d.name for d in devices_of(results)] == ["a GPU", "a processor (1 thread)"]


def test_a_store_of_costs_alone_has_no_set(fill: Fill) -> None:
    store = fill(cost(3.0))
    assert tables(store) == []
    assert only(store).rows[0].label == "plain"


def test_one_table_for_each_size_or_one_for_many(fill: Fill) -> None:
    sizes = [f"3x{s}x{s}" for s in (512, 64, 128, 1024)]
    few = device_of(fill(*(cost(size=s) for s in sizes[:3]), name="few"))
    assert [t.sizes for t in few.tables] == [("3x64x64",), ("3x128x128",), ("3x512x512",)]
    many = device_of(fill(*(cost(size=s) for s in sizes), name="many"))
    (table,) = many.tables
    assert [row.size for row in table.rows] == ["3x64x64", "3x128x128", "3x512x512", "3x1024x1024"]


def test_places_are_among_models_at_one_size(fill: Fill) -> None:
    table = only(
        fill(
            *(
                cost(v, model=m, size=f"3x{s}x{s}")
                for s in (64, 128, 256, 512)
                for m, v in (("slow", 3.0 * s), ("quick", 1.0 * s), ("middle", 2.0 * s))
            )
        )
    )
    found = places(table, "latency_ms")
    assert found["quick 3x64x64"] == found["quick 3x512x512"] == 1
    assert found["middle 3x64x64"] == 2
    assert found["slow 3x64x64"] == 0


def test_more_is_better_where_the_column_says_so(fill: Fill) -> None:
    table = only(
        fill(cost(3.0, probe="throughput_mpx_s"), cost(4.0, probe="throughput_mpx_s", model="q"))
    )
    assert places(table, "throughput_mpx_s") == {"q 3x256x256": 1, "plain 3x256x256": 2}


def sampled(model: str, value: float, low: float, high: float, **details: Any) -> Record:
    return cost(value, model=model, details={"interval": [low, high], "p50": value, **details})


def test_latencies_that_do_not_differ_share_a_place(fill: Fill) -> None:
    """0.4 is within the root of 0.5 squared and 0.2 squared; the third is farther from the first."""
    table = only(
        fill(
            sampled("a", 10.0, 9.5, 10.5),
            sampled("b", 10.4, 10.2, 10.8),
            sampled("c", 11.0, 10.7, 11.5),
        )
    )
    found = places(table, "latency_ms")
    assert [found[f"{m} 3x256x256"] for m in "abc"] == [1, 1, 2]


def test_intervals_that_overlap_may_differ(fill: Fill) -> None:
    table = only(fill(sampled("a", 10.0, 9.5, 10.5), sampled("b", 10.8, 10.3, 11.3)))
    assert list(places(table, "latency_ms").values()) == [1, 2]


def test_ratios_of_turns_decide(fill: Fill) -> None:
    """Both drift alike, so that their intervals are wide and that of their ratio is not."""
    ratio = {"to": "a", "value": 1.02, "interval": [1.01, 1.03]}
    table = only(fill(sampled("a", 10.0, 9.0, 11.0), sampled("b", 10.2, 9.2, 11.2, ratio=ratio)))
    assert list(places(table, "latency_ms").values()) == [1, 2]


def test_a_percentile_does_not_have_the_median_s_interval(fill: Fill) -> None:
    median = {"interval": [9.0, 11.0], "p50": 10.0}
    store = fill(cost(30.0, details=median), cost(10.0, model="m", details=median))
    (one, other) = [row.cells[0] for row in only(store).rows]
    assert one is not None
    assert other is not None
    assert (one.cost.value, one.low, other.low, other.high) == (10.0, "9.000", "", "")


def test_random_weights_take_places_and_one_alone_has_none(fill: Fill) -> None:
    table = only(
        fill(cost(5.0, model="luck", random_weights=True), cost(6.0), cost(1.0, probe="memory_mib"))
    )
    assert places(table, "latency_ms") == {
        "luck (random weights) 3x256x256": 1,
        "plain 3x256x256": 2,
    }
    assert places(table, "memory_mib") == {"plain 3x256x256": 0}


def test_what_failed_has_no_place_and_a_reason(costly: Store) -> None:
    (table,) = device_of(costly).tables
    (row,) = [r for r in table.rows if r.size == "3x1024x1024"]
    cell = row.cells[[c.column for c in table.columns].index("latency_ms")]
    assert cell is not None
    assert (cell.text, cell.place) == ("failed", 0)
    assert cell.cost.error == "out of memory at 3x1024x1024"


def test_parameters_stand_at_every_size(fill: Fill) -> None:
    found = device_of(
        fill(
            cost(5000.0, probe="params", size="3x64x64"),
            cost(size="3x64x64"),
            cost(size="3x128x128"),
        )
    )
    assert [[c.text if c else "" for c in t.rows[0].cells] for t in found.tables] == [
        ["5.000 K", "10.00"],
        ["5.000 K", "10.00"],
    ]


def test_scales_that_share_weights_are_two_rows(fill: Fill) -> None:
    table = only(fill(cost(1.0, scale=2), cost(2.0, scale=4)))
    assert [row.label for row in table.rows] == ["plain ×2", "plain ×4"]


def test_markdown_latex_and_csv(costly: Store) -> None:
    (table,) = device_of(costly).tables
    text = cost_markdown(table)
    assert "Cost on a processor (1 thread)" in text
    assert "**5.000** \\[9.500, 10.50\\]" in text
    assert "| Model | Input | MACs@exact ↓ | MACs@fvcore ↓ | Latency (ms) ↓ |" in text
    assert "<script>" not in text
    latex = cost_latex(table)
    assert r"\textbf{5.000} [9.500, 10.50]" in latex
    assert r"Latency (ms) $\downarrow$" in latex
    assert r"\textless{}script\textgreater{}" in latex
    found = [*csv.DictReader(io.StringIO(cost_csv(table)))]
    (failed,) = [r for r in found if r["input"] == "3x1024x1024"]
    assert (failed["latency_ms"], failed["latency_ms error"]) == (
        "",
        "out of memory at 3x1024x1024",
    )
    assert any(r["model"] == NASTY and r["latency_ms"] == "9.9" for r in found)
    (good,) = [r for r in found if r["model"] == "good" and r["input"] == "3x256x256"]
    assert (good["latency_ms low"], good["latency_ms high"]) == ("9.5", "10.5")


@pytest.mark.parametrize("words", ["bf16, compile, channels last"])
def test_precision_and_mode_stand_in_the_label(costly: Store, words: str) -> None:
    assert f"good ({words})" in {row.label for t in device_of(costly).tables for row in t.rows}
