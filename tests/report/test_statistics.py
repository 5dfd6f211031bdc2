"""Statistics against hand-computed cases and independent implementations."""

from collections.abc import Callable

import numpy as np
import pytest
from scipy import stats

from iqabench.report.data.aggregate import Results
from iqabench.report.statistics import (
    Matrix,
    Resamples,
    deciders,
    holm,
    letters,
    matrix_of,
    mean_intervals,
    pairwise,
    stability,
    win_rates,
)
from iqabench.store import Store

from .conftest import column_of

Fill = Callable[..., Store]
RANDOM = np.random.default_rng(7)


def matrix(*rows: list[float], sign: int = 1) -> Matrix:
    values = np.array(rows, dtype=np.float64)
    return Matrix(
        tuple(range(len(rows))), tuple("abcdefghijklmnop"[: values.shape[1]]), values, sign
    )


def test_rows_that_lack_a_sample_are_left_out(fill: Fill) -> None:
    store = fill(
        *column_of([1.0, 2.0, 3.0], model="one"),
        *column_of([4.0, None, 6.0], model="two"),
        *column_of([7.0, 8.0, 9.0], model="three"),
        *column_of([1.0, 2.0], samples="bc", model="four"),
    )
    with Results(store) as results:
        found = matrix_of(results, 0, 0)
        names = [results.configurations[c].model for c in found.configurations]
    assert sorted(names) == ["one", "three"]
    assert found.samples == ("a", "b", "c")
    assert found.values[names.index("three")].tolist() == [7.0, 8.0, 9.0]


def test_intervals_agree_with_scipy_s_bootstrap() -> None:
    values = RANDOM.normal(30, 2, (3, 40))
    found = mean_intervals(values, Resamples(40, times=20_000))
    for row, (low, high) in zip(values, found, strict=True):
        theirs = stats.bootstrap((row,), np.mean, n_resamples=20_000, method="percentile", rng=1)
        assert low == pytest.approx(theirs.confidence_interval.low, abs=0.03)
        assert high == pytest.approx(theirs.confidence_interval.high, abs=0.03)


def test_intervals_of_a_constant_and_of_infinity() -> None:
    found = mean_intervals(np.array([[5.0, 5.0, 5.0], [1.0, np.inf, 2.0]]))
    assert found[0].tolist() == [5.0, 5.0]
    assert np.isnan(found[1]).all()


def test_intervals_hold_the_truth_as_often_as_they_say() -> None:
    draws = RANDOM.normal(0, 1, (400, 60))
    low, high = mean_intervals(draws, Resamples(60, times=800)).T
    assert 0.90 < ((low <= 0) & (high >= 0)).mean() < 0.985


def test_holm_by_hand() -> None:
    assert holm([0.01, 0.04, 0.03]) == pytest.approx([0.03, 0.06, 0.06])
    assert holm([0.5, 0.9]) == pytest.approx([1.0, 1.0])
    assert holm([]) == []


def test_pairs_agree_with_scipy() -> None:
    base = RANDOM.normal(30, 2, 25)
    moved = base + 0.2 + RANDOM.normal(0, 0.5, 25)
    near, same, back = pairwise(matrix(list(base), list(moved), list(base)))
    theirs = stats.wilcoxon(moved - base).pvalue
    assert near.p == pytest.approx(theirs)
    assert near.p_holm == pytest.approx(min(1.0, 3 * theirs))
    assert near.difference == pytest.approx((moved - base).mean())
    assert near.low < near.difference < near.high
    assert (near.low, near.high) == pytest.approx((-back.high, -back.low))
    assert (same.difference, same.p, same.p_holm) == (0.0, 1.0, 1.0)
    assert not same.differs


def test_many_samples_are_resampled_some_at_a_time() -> None:
    values = RANDOM.normal(0, 1, (2, 30_000))
    (low, high), _ = mean_intervals(values, Resamples(30_000, times=300))
    wide = 1.96 * values[0].std() / 30_000**0.5
    assert (high - low) / 2 == pytest.approx(wide, rel=0.2)


def test_wins_with_ties() -> None:
    found = win_rates(matrix([1.0, 2.0, 3.0, 4.0], [1.0, 1.0, 9.0, 9.0]))
    assert found[0, 1] == pytest.approx((0.5 + 1 + 0 + 0) / 4)
    assert found[1, 0] == pytest.approx(1 - found[0, 1])
    assert found[0, 0] == 0.5
    lower = win_rates(matrix([1.0, 2.0], [2.0, 3.0], sign=-1))
    assert lower[0, 1] == 1.0


def test_letters_by_hand() -> None:
    assert letters([2, 0, 1], []) == {2: "a", 0: "a", 1: "a"}
    assert letters([0, 1, 2], [(0, 1), (0, 2), (1, 2)]) == {0: "a", 1: "b", 2: "c"}
    assert letters([0, 1, 2], [(0, 2)]) == {0: "a", 1: "ab", 2: "b"}
    assert letters([3, 1], [(1, 3)]) == {3: "a", 1: "b"}


def test_letters_say_what_the_pairs_say() -> None:
    for seed in range(30):
        random = np.random.default_rng(seed)
        rows = list(range(7))
        apart = [(a, b) for a in rows for b in rows if a < b and random.random() < 0.5]
        found = letters(rows, apart)
        for a in rows:
            for b in rows:
                if a < b:
                    assert bool(set(found[a]) & set(found[b])) == ((a, b) not in apart)


def test_ranks_over_resamples() -> None:
    clear = matrix([9.0, 9.0, 9.0, 9.0], [5.0, 5.0, 5.0, 5.0], [1.0, 1.0, 1.0, 1.0])
    found = stability(clear)
    assert found is not None
    assert (found.ranks, found.low, found.high) == ((1, 2, 3), (1, 2, 3), (1, 2, 3))
    assert found.first == (1.0, 0.0, 0.0)
    assert found.tau == pytest.approx(1.0)
    open_ = stability(matrix([1.0, 9.0, 1.0, 9.0], [9.0, 1.0, 9.0, 1.0], sign=-1))
    assert open_ is not None
    assert (open_.low, open_.high) == ((1, 1), (2, 2))
    assert sum(open_.first) == pytest.approx(1.0)
    assert open_.first[0] == pytest.approx(0.5, abs=0.05)
    assert stability(matrix([1.0, 2.0])) is None
    assert stability(matrix([1.0, np.inf], [1.0, 2.0])) is None


def test_the_images_that_decide() -> None:
    found = deciders(matrix([1.0, 1.0, 9.0], [2.0, 2.0, 3.0]), 0, 1)
    assert [d.sample for d in found] == ["c", "a", "b"]
    assert found[0].difference == 6.0
    assert found[0].share == pytest.approx(1.5)
    assert found[0].turns
    assert not found[1].turns
    assert deciders(matrix([1.0], [1.0]), 0, 1) == []
    assert deciders(matrix([np.inf], [1.0]), 0, 1) == []
