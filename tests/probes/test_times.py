"""Medians, intervals, outliers and ratios of times, against hand-made figures and scipy."""

import json
import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import quantile_test

from iqabench.errors import ProbeError
from iqabench.probes.timing import Times, median_interval, ratio

Row = NDArray[np.float64]


@pytest.fixture
def random() -> np.random.Generator:
    return np.random.default_rng(1)


def times(*samples: float, name: str = "") -> Times:
    return Times(samples, warm_up=3, first_call_ms=50.0, overhead=0.001, ended="steady", name=name)


def test_figures_of_a_hand_made_row() -> None:
    one = times(10.0, 30.0, 20.0, 50.0, 40.0)
    assert (one.p50, one.p90, one.p99) == pytest.approx((30.0, 46.0, 49.6))
    assert one.spread == pytest.approx(20 / 30)  # quartiles 20 and 40


def test_the_interval_of_ten_is_the_second_and_the_ninth() -> None:
    """P(at most one of ten below the median) is 11/1024, so the two ranks cover 1 - 22/1024."""
    alternating = (1.0, 10.0, 2.0, 9.0, 3.0, 8.0, 4.0, 7.0, 5.0, 6.0)
    assert median_interval(alternating) == (2.0, 9.0)
    said = times(*alternating).details()
    assert said["confidence"] == pytest.approx(1 - 22 / 1024)
    assert said["within"] == pytest.approx(3.5 / 5.5)
    assert said["autocorrelation"] == 0.0


@pytest.mark.parametrize("count", [6, 10, 11, 37, 200])
def test_ranks_agree_with_scipy(count: int) -> None:
    low = np.arange(count // 2, dtype=float)
    zigzag = np.empty(count)
    zigzag[0::2], zigzag[1::2] = np.resize(low, (count + 1) // 2), 1000 + low
    if count % 2:
        zigzag[-1] = 500.0  # the median itself
    theirs = quantile_test(zigzag, q=500.0, p=0.5).confidence_interval(0.95)
    assert median_interval(zigzag.tolist()) == (theirs.low, theirs.high)


def test_few_samples_say_that_they_are_few() -> None:
    assert median_interval((3.0, 1.0, 2.0)) == (1.0, 3.0)
    assert times(3.0, 1.0, 2.0).details()["confidence"] == pytest.approx(0.75)
    assert times(7.0).details()["confidence"] == 0.0
    assert times(7.0).interval == (7.0, 7.0)


def test_alike_neighbours_widen_the_interval() -> None:
    """Signs + + - - + + - - ... of twelve: 6 of 11 neighbours agree, 5 do not; r = 1/12."""
    pairs = (7.0, 8.0, 1.0, 2.0, 9.0, 10.0, 3.0, 4.0, 11.0, 12.0, 5.0, 6.0)
    assert times(*pairs).details()["autocorrelation"] == pytest.approx(1 / 12)
    spells = tuple(
        float(i) for i in range(1, 13)
    )  # a drift: ranks 3 and 10 if they were independent
    assert median_interval(spells) == (1.0, 12.0)


def independent(random: np.random.Generator, count: int) -> Row:
    """Draw skewed samples, as times are, with the median 1."""
    return random.exponential(size=count) + (1 - math.log(2))


def in_spells(random: np.random.Generator, count: int) -> Row:
    """Draw a chain whose neighbours correlate by 0.5, with the median 1."""
    noise = random.normal(size=count + 50) * math.sqrt(1 - 0.25)
    for i in range(1, len(noise)):
        noise[i] += 0.5 * noise[i - 1]
    return 0.1 * noise[50:] + 1


@pytest.mark.parametrize(("draw", "least"), [(independent, 0.94), (in_spells, 0.91)])
def test_the_interval_covers_the_median(
    draw: Callable[[np.random.Generator, int], Row], least: float, random: np.random.Generator
) -> None:
    """Plain order statistics cover the median of the chain in only 0.82 of the cases."""
    found = [median_interval(draw(random, 60).tolist()) for _ in range(600)]
    assert np.mean([low <= 1 <= high for low, high in found]) > least
    assert np.median([high - low for low, high in found]) < 1


@pytest.mark.parametrize(("last", "count"), [(15.9, 0), (16.1, 1), (6.9, 1), (7.1, 0)])
def test_outliers_are_counted_and_kept(last: float, count: int) -> None:
    """Quartiles 11 and 13 (10 and 12 with a low one), so the fences are 8 and 16 (7 and 15)."""
    one = times(*[10.0, 11.0, 12.0, 13.0] * 5, last)
    assert one.outliers == count
    assert one.details()["samples_ms"][-1] == last
    assert last in (one.details()["least"], one.details()["most"])


def test_details_are_plain() -> None:
    said = times(1.0, 2.0, 3.0).details()
    assert json.loads(json.dumps(said, allow_nan=False)) == said
    assert "samples_ms" not in times(1.0).details(samples=False)
    assert said["samples"] == 3
    assert (said["warm_up_calls"], said["first_call_ms"], said["ended"]) == (3, 50.0, "steady")


def noisy(random: np.random.Generator, count: int, ms: float) -> Row:
    return ms * (0.05 * random.standard_gamma(2, count) + 1)


def test_a_model_against_itself_is_one(random: np.random.Generator) -> None:
    def again() -> Times:
        return times(*noisy(random, 100, 7.0))

    found = [ratio(again(), again(), seed) for seed in range(25)]
    assert sum(one.low <= 1 <= one.high for one in found) >= 22
    assert all(one.high - one.low < 0.1 for one in found)


def test_few_rounds_do_not_pretend_to_know(random: np.random.Generator) -> None:
    """A bootstrap of eight rounds covers 1 in only 0.87 of the cases."""
    found = [
        ratio(times(*noisy(random, 8, 7.0)), times(*noisy(random, 8, 7.0)), seed)
        for seed in range(40)
    ]
    assert sum(one.low <= 1 <= one.high for one in found) >= 38
    a, b = times(2.0, 3.0, 4.0), times(1.0, 2.0, 1.0)
    assert (ratio(a, b).low, ratio(a, b).high) == (1.5, 4.0)


def test_a_ratio_is_of_medians_and_seeded() -> None:
    a, b = times(2.0, 4.0, 9.0), times(1.0, 2.0, 3.0)
    assert ratio(a, b).value == 2.0
    assert ratio(a, b, seed=5) == ratio(a, b, seed=5)
    assert ratio(a, a).low == ratio(a, a).high == 1.0


def test_drift_cancels_in_turns_and_not_one_after_the_other(
    random: np.random.Generator,
) -> None:
    """A machine that becomes a third slower, and two models of which the second takes half as long."""
    slower = np.linspace(1.0, 1.33, 200)
    in_turns = ratio(
        times(*(noisy(random, 200, 10.0) * slower)), times(*(noisy(random, 200, 5.0) * slower))
    )
    assert in_turns.low <= 2 <= in_turns.high
    assert in_turns.high - in_turns.low < 0.1
    drift = np.linspace(1.0, 1.33, 400)
    sequential = ratio(
        times(*(noisy(random, 200, 10.0) * drift[:200])),
        times(*(noisy(random, 200, 5.0) * drift[200:])),
    )
    assert sequential.high < 1.9


def test_times_of_different_rounds_are_no_pair() -> None:
    with pytest.raises(ProbeError, match="pan has 2 samples and rlfn 3"):
        ratio(times(1.0, 2.0, name="pan"), times(1.0, 2.0, 3.0, name="rlfn"))
