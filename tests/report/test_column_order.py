"""How sure an order is: worked out by hand where it can be, and who is left out."""

from math import inf

import pytest

from iqabench.report.data.aggregate import Results
from iqabench.report.data.tables import tables_of
from iqabench.report.statistics.column_order import ColumnOrder, column_orders
from iqabench.report.statistics.intervals import Intervals
from iqabench.store import Store

from .conftest import Fill, column_of

BASE = [30.0, 31.0, 32.0, 33.0, 34.0, 35.0, 36.0, 37.0, 38.0, 39.0]
STEPS = [0.11, 0.12, 0.13, 0.14, 0.15, 0.16, 0.17, 0.18, 0.19, 0.21]


def orders_of(store: Store) -> list[ColumnOrder]:
    with Results(store) as results:
        return column_orders(results, tables_of(results)[0], Intervals(results))


@pytest.fixture
def order(fill: Fill) -> ColumnOrder:
    """`first` is always ahead of `second`; `level` is ahead of it on one image alone."""
    ahead = [b + s for b, s in zip(BASE, STEPS, strict=True)]
    level = [BASE[0] + 0.5, *(b - 0.01 * n for n, b in enumerate(BASE[1:], 1))]
    (found,) = orders_of(
        fill(
            *column_of(BASE, model="second"),
            *column_of(ahead, model="first"),
            *column_of(level, model="level"),
            *column_of([99.0] * 10, model="luck", random_weights=True),
            *column_of([*BASE[:9], inf], model="exact"),
            *column_of(BASE[:4], model="short"),
        )
    )
    return found


def test_best_first(order: ColumnOrder) -> None:
    assert [(p.row.label, p.rank, p.text) for p in order.places] == [
        ("first", 1, "34.66"),
        ("level", 2, "34.51"),
        ("second", 3, "34.50"),
    ]
    assert order.samples == 10


def test_models_that_may_be_the_best(order: ColumnOrder) -> None:
    """Ten signs of ten: p is 2/1024. Level loses nine of ten to the first, but gains most on one."""
    first, level, second = order.places
    assert [p.may_be_best for p in order.places] == [True, True, False]
    assert first.to_best is None
    assert level.to_best is not None
    assert second.to_best is not None
    assert second.to_best.p == 2 / 1024
    assert second.to_best.corrected == 4 / 1024  # one other way to turn signs gives level all ten
    assert (second.to_best.won, second.to_best.lost) == (0, 10)
    assert second.to_best.difference == pytest.approx(-0.156)
    assert level.to_best.corrected > 0.05
    assert order.can_tell_apart


def test_each_is_compared_with_the_next(order: ColumnOrder) -> None:
    first, level, second = order.places
    assert first.to_next is not None
    assert level.to_next is not None
    assert second.to_next is None
    assert first.to_next.difference == pytest.approx(-(level.to_best or first.to_next).difference)
    assert (first.to_next.won, level.to_next.won) == (9, 1)


def test_ranks_over_resamples(order: ColumnOrder) -> None:
    first, level, second = order.places
    assert (first.low, second.high) == (1, 3)
    assert first.first == pytest.approx(1 - level.first, abs=1e-12)
    assert second.first == 0.0  # never ahead of the first on any image
    assert 0.5 < order.tau < 1.0


def test_wins(order: ColumnOrder) -> None:
    shares = [[one.share if one else None for one in place.wins] for place in order.places]
    assert shares[0] == [None, 0.9, 1.0]
    assert shares[2] == [0.0, 0.9, None]


def test_wins_depend_on_no_other_model(order: ColumnOrder, fill: Fill) -> None:
    ahead = [b + s for b, s in zip(BASE, STEPS, strict=True)]
    pair = fill(*column_of(BASE, model="second"), *column_of(ahead, model="first"), name="pair")
    (few,) = orders_of(pair)
    many, one = order.places[0].wins[2], few.places[0].wins[1]
    assert many is not None
    assert one is not None
    assert (many.p, many.difference, many.low) == (one.p, one.difference, one.low)


def test_deciders_are_between_the_first_two(order: ColumnOrder) -> None:
    top = order.deciders[0]
    assert top.sample == "a"
    assert top.difference == pytest.approx(0.11 - 0.5)
    assert order.turning == 0
    assert sum(d.share for d in order.deciders) == pytest.approx(1.0)


def test_who_is_left_out(order: ColumnOrder) -> None:
    assert set(order.left_out) == {"luck (random weights)", "exact", "short"}


def test_columns_as_far_as_there_is_room(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    records = [
        r
        for column in ("psnr@sr-y", "ssim@sr-y", "lpips@sr-rgb")
        for model in ("one", "two")
        for r in column_of([0.5, 0.6 if model == "one" else 0.7], model=model, column=column)
    ]
    store = fill(*records)
    found = orders_of(store)
    assert [o.label for o in found] == ["psnr@sr-y", "ssim@sr-y", "lpips@sr-rgb"]
    assert [o.places[0].row.label for o in found] == ["two", "two", "one"]
    monkeypatch.setattr("iqabench.report.statistics.column_order.MOST_CELLS", 8)
    assert [o.label for o in orders_of(store)] == ["psnr@sr-y", "ssim@sr-y"]


def test_only_the_best_of_many(fill: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("iqabench.report.statistics.column_order.MOST_MODELS", 3)
    many = (column_of([30.0 + n, 31.0 + n, 33.0 + n], model=f"m{n}") for n in range(6))
    (found,) = orders_of(fill(*(r for some in many for r in some)))
    assert [p.row.label for p in found.places] == ["m5", "m4", "m3"]
    assert set(found.left_out) == {"m0", "m1", "m2"}


def test_nothing_to_compare(fill: Fill) -> None:
    assert orders_of(fill(*column_of([30.0, 31.0]))) == []
