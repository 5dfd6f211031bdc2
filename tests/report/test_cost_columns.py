from iqabench.report.data.aggregate import Results
from iqabench.report.data.cost_columns import (
    CostTableColumn,
    cost_columns,
    device_titles,
    shown_columns,
)
from iqabench.report.data.costs import costs_of
from iqabench.report.data.first_front import first_front
from iqabench.report.data.tables import Table, tables_of
from iqabench.store import Store

from .conftest import Fill, column_of, cost


def beside(store: Store) -> tuple[Table, list[CostTableColumn], list[CostTableColumn]]:
    with Results(store) as results:
        (table,) = tables_of(results)
        every = cost_columns(table, costs_of(results))
        return table, every, shown_columns(every, table)


def values(table: Table, one: CostTableColumn) -> dict[str, float | None]:
    return {row.label: value for row in table.rows if (value := one.value(row)) is not None}


def test_same_weights_in_the_same_precision(costly: Store) -> None:
    table, _, found = beside(costly)
    by_name = {(b.name, b.device): values(table, b) for b in found}
    assert by_name["macs@exact:3x256x256", ""] == {
        "good": 4e9,
        "good@pruned": 2e9,
        "luck (random weights)": 3e9,
    }
    on_cpu = by_name["latency_ms@3x256x256", "a processor (1 thread)"]
    assert on_cpu == {"good": 10.0, "good@pruned": 5.0}  # not bf16's


def test_never_two_devices_in_one_latency(costly: Store) -> None:
    table, _, found = beside(costly)
    latencies = {b.device: values(table, b) for b in found if b.column.metric == "latency_ms"}
    assert latencies == {
        "a GPU": {"good": 1.0, "good@pruned": 0.4},
        "a processor (1 thread)": {"good": 10.0, "good@pruned": 5.0},
    }
    titles = device_titles(found)
    assert titles == {"a GPU": "GPU", "a processor (1 thread)": "CPU"}


def test_two_devices_of_a_kind_have_their_names(fill: Fill) -> None:
    store = fill(*column_of([30.0]), cost(1.0, place="A"), cost(2.0, place="B"))
    _, _, found = beside(store)
    assert device_titles(found) == {"A": "A", "B": "B"}


def test_a_count_is_one_column_whatever_the_device(fill: Fill) -> None:
    store = fill(
        *column_of([30.0]),
        *column_of([31.0], model="m"),
        cost(None, probe="macs@exact", place="A"),
        cost(7.0, probe="macs@exact", place="B"),
        cost(8.0, probe="macs@exact", place="A", model="m"),
    )
    table, _, (macs,) = beside(store)
    assert values(table, macs) == {"plain": 7.0, "m": 8.0}


def test_the_size_that_most_models_have(fill: Fill) -> None:
    models = [*column_of([30.0], model="a"), *column_of([31.0], model="b")]
    usual = [cost(model="a"), cost(model="a", size="3x64x64"), cost(model="a", size="3x512x512")]
    _, _, (alone,) = beside(fill(*models, *usual, name="alone"))
    assert alone.size == "3x256x256"
    _, every, (most,) = beside(fill(*models, *usual, cost(model="b", size="3x64x64"), name="most"))
    assert most.size == "3x64x64"
    assert {b.size for b in every} == {"3x64x64", "3x256x256", "3x512x512"}


def test_plain_goes_before_compiled(fill: Fill) -> None:
    both = [
        *column_of([30.0], model="a"),
        *column_of([31.0], model="b"),
        cost(3.0, model="a"),
        *(cost(1.0, model=m, mode="compile") for m in "ab"),
    ]
    table, _, (found,) = beside(fill(*both, name="both"))
    assert (found.mode, values(table, found)) == ("", {"a": 3.0})
    table, _, (found,) = beside(fill(*column_of([30.0]), cost(1.0, mode="compile"), name="one"))
    assert (found.mode, found.name) == ("compile", "latency_ms@3x256x256 (compile)")


def test_costs_of_another_scale_or_hash_are_not_beside(fill: Fill) -> None:
    store = fill(*column_of([30.0]), cost(1.0, scale=2), cost(2.0, model_hash="other"))
    assert beside(store)[1] == []


def test_parameters_that_the_table_has_and_what_nobody_has_are_left_out(fill: Fill) -> None:
    store = fill(*column_of([30.0]), cost(1000.0, probe="params"), cost(None, probe="memory_mib"))
    _, every, found = beside(store)
    assert len(every) == 2
    assert found == []
    other = fill(*column_of([30.0]), cost(1002.0, probe="params"), name="other")
    assert [b.name for b in beside(other)[2]] == ["params"]


def test_the_first_front(costly: Store, fill: Fill) -> None:
    table, _, found = beside(costly)
    front = first_front(table, found)
    assert front is not None
    assert front.columns == ("psnr@sr-y", "macs@exact:3x256x256")
    assert {r.label for r in table.rows if r.number in front.rows} == {"good", "good@pruned"}
    table, _, _ = beside(
        fill(*column_of([30.0], facts={"params": 9}), *column_of([29.0], model="m"))
    )
    front = first_front(table, [])
    assert front is not None
    assert front.columns == ("psnr@sr-y", "params")
    assert len(front.rows) == 1


def test_one_model_is_no_front(fill: Fill) -> None:
    table, _, _ = beside(fill(*column_of([30.0])))
    assert first_front(table, []) is None
