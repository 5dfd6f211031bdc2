"""Intervals of means hold what they say: coverage on simulated values, and cases by hand."""

import math
from collections.abc import Callable

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from iqabench.report.statistics import mean_intervals

Doubles = NDArray[np.float64]
DRAWS = 20_000
MEANS = {"normal": 0.0, "gamma": 2.0, "exponential": 1.0, "lognormal": math.exp(0.5)}


def draws(name: str, n: int) -> Doubles:
    random = np.random.default_rng([n, len(name)])
    make: dict[str, Callable[[], Doubles]] = {
        "normal": lambda: random.normal(size=(DRAWS, n)),
        "gamma": lambda: random.gamma(2.0, size=(DRAWS, n)),
        "exponential": lambda: random.exponential(size=(DRAWS, n)),
        "lognormal": lambda: random.lognormal(0.0, 1.0, size=(DRAWS, n)),
    }
    return make[name]()


@pytest.mark.parametrize("name", MEANS)
@pytest.mark.parametrize("n", [5, 14, 100])
def test_intervals_hold_the_truth_as_often_as_they_say(name: str, n: int) -> None:
    low, high = mean_intervals(draws(name, n)).T
    coverage = ((low <= MEANS[name]) & (MEANS[name] <= high)).mean()
    least, most = (0.93, 0.97) if name == "normal" else (0.90, 0.98)
    assert least <= coverage <= most


def test_values_without_skewness_have_student_s_interval() -> None:
    values = np.array([[-3.0, -1.0, 0.0, 1.0, 3.0]]) + 30
    theirs = stats.ttest_1samp(values[0], 0.0).confidence_interval(0.95)
    assert mean_intervals(values)[0].tolist() == pytest.approx([theirs.low, theirs.high])


def test_skewed_values_by_hand() -> None:
    """Hall's transformation of the t statistic takes the longer end, and the shorter one twice as far from
    Student's, back to the quantile.
    """
    values = np.array([[0.0, 1.0, 1.0, 2.0, 9.0]])
    low, high = mean_intervals(values)[0]
    error = values.std(ddof=1) / math.sqrt(5)
    quantile = stats.t.ppf(0.975, 4)
    third = ((values - values.mean()) ** 3).mean() / values.std(ddof=1) ** 3
    k = third * (5 / 3) ** 2 / math.sqrt(5)
    longer, middle = ((values.mean() - end) / error for end in (high, low))
    for t, end in ((longer, -quantile), (2 * middle - quantile, quantile)):
        assert t + k * t**2 / 3 + k**2 * t**3 / 27 + k / 6 == pytest.approx(end)


def test_turned_values_have_the_turned_interval() -> None:
    values = np.array([[0.0, 1.0, 1.0, 2.0, 9.0, 4.0]])
    (low, high), (below, above) = mean_intervals(np.concatenate([values, -values]))
    assert (low, high) == pytest.approx((-above, -below))


def test_values_that_have_none() -> None:
    assert np.isnan(mean_intervals(np.array([[1.0, 2.0, 3.0, 4.0]]))).all()
    odd = np.array([[1.0, np.inf, 2.0, 3.0, 4.0], [1.0, np.nan, 2.0, 3.0, 4.0], [5.0] * 5])
    ends = mean_intervals(odd)
    assert np.isnan(ends[:2]).all()
    assert ends[2].tolist() == [5.0, 5.0]
    assert mean_intervals(np.empty((0, 7))).shape == (0, 2)


def test_sizes_of_numbers_do_not_matter() -> None:
    values = np.random.default_rng(3).gamma(1.0, size=(1, 9))
    ends = mean_intervals(values)[0]
    for factor in (1e-150, 1e100):
        assert (mean_intervals(values * factor)[0] / factor).tolist() == pytest.approx(
            ends.tolist()
        )
    assert (mean_intervals(values + 1e6)[0] - 1e6).tolist() == pytest.approx(
        ends.tolist(), abs=1e-6
    )
