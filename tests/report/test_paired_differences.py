import numpy as np
import pytest
from scipy import stats

from iqabench.report.data.aggregate import Results
from iqabench.report.data.paired_differences import PairedDifference, between, paired_differences
from iqabench.store import Store

from .conftest import Fill, column_of


def pair(store: Store) -> PairedDifference:
    with Results(store) as results:
        keys = {
            c.model: [
                r["key"]
                for r in results.query(
                    "SELECT DISTINCT key FROM numbered WHERE configuration = ?", [n]
                )
            ]
            for n, c in enumerate(results.configurations)
        }
        (found,) = paired_differences(results, keys["a"], keys["b"])
        names = {c.model: n for n, c in enumerate(results.configurations)}
        assert between(results, [names["a"]], [names["b"]]) == [found]
        assert between(results, [names["a"]], [names["b"]], []) == []
    return found


def test_by_hand(fill: Fill) -> None:
    found = pair(
        fill(
            *column_of([30.0, 31.0, 32.0, 33.0, 34.0], model="a"),
            *column_of([30.5, 31.0, 31.0, 34.5, 34.5], model="b"),
        )
    )
    assert (found.n, found.left_out, found.a, found.b) == (5, 0, 32.0, 32.3)
    assert found.difference == pytest.approx(0.3)
    assert (found.won, found.lost, found.tied, found.wins) == (3, 1, 1, 3.5 / 5)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 0.3 < found.high


def test_wilcoxon_is_scipy_s(fill: Fill) -> None:
    random = np.random.default_rng(2)
    a, b = random.normal(30, 1, (2, 10)).tolist()
    found = pair(fill(*column_of(a, model="a"), *column_of(b, model="b")))
    assert found.p == pytest.approx(stats.wilcoxon(b, a).pvalue)


def test_lower_is_better_for_a_distance(fill: Fill) -> None:
    found = pair(
        fill(
            *column_of([0.3, 0.3], model="a", column="lpips@sr-rgb"),
            *column_of([0.2, 0.4], model="b", column="lpips@sr-rgb"),
        )
    )
    assert found.wins == 0.5
    assert found.difference == pytest.approx(0.0)


def test_what_only_one_has_is_counted_and_left_out(fill: Fill) -> None:
    found = pair(
        fill(
            *column_of([30.0, None, 32.0, float("inf")], model="a"),
            *column_of([31.0, 31.0, 33.0, 40.0], model="b"),
        )
    )
    assert (found.n, found.left_out, found.difference) == (2, 2, 1.0)
    assert (found.infinite, found.won, found.lost) == (1, 2, 1)  # an identical image is a win
    assert (found.low, found.high) == (None, None)


def test_equal_models_have_no_p(fill: Fill) -> None:
    found = pair(fill(*column_of([30.0, 31.0], model="a"), *column_of([30.0, 31.0], model="b")))
    assert (found.p, found.difference, found.low, found.tied) == (None, 0.0, None, 2)


def test_several_sets_are_pooled(fill: Fill) -> None:
    a = [30.0, 31.0, 32.0, 33.0]
    better = [value + 0.1 * n for n, value in enumerate(a, 1)]
    other = {"set": "other", "set_hash": "6" * 64}
    with Results(
        fill(
            *column_of(a, model="a"),
            *column_of(better, model="b"),
            *column_of(a, model="a", **other),
            *column_of(better, model="b", **other),
        )
    ) as results:
        keys = {
            name: [
                r["key"]
                for r in results.query("SELECT DISTINCT key FROM records WHERE model = ?", [name])
            ]
            for name in "ab"
        }
        one, two, both = paired_differences(results, keys["a"], keys["b"], pooled=True)
    assert (one.p, two.p, both.p) == (0.125, 0.125, 2.0**-7)
    assert (one.n, both.n, both.won, both.low is None) == (4, 8, 8, False)
    assert [setting.set for setting in both.settings] == ["other", "tiny"]
    assert both.difference == pytest.approx(0.25)
