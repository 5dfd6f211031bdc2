"""Figures of agreement against hand-worked cases, scipy and pandas."""

import math

import numpy as np
import pandas as pd
import pytest
import scipy.stats

from iqabench.report.statistics.agreement import FITS, Resampling
from iqabench.report.statistics.agreement.bootstrap import interval
from iqabench.report.statistics.agreement.correlation import (
    RankedValues,
    UndefinedError,
    kendall,
    pearson,
    spearman,
)
from iqabench.report.statistics.agreement.statistics import Statistic, statistics

NONE = Resampling(0)
EVERY = list(FITS.values())


def figures(
    x: np.ndarray, y: np.ndarray, resampling: Resampling = NONE
) -> dict[tuple[str, str], Statistic]:
    found = statistics(x, y, EVERY, resampling, range(len(x)))
    return {(s.name, s.fit): s for s in found}


def value(found: dict[tuple[str, str], Statistic], name: str, fit: str = "") -> float:
    got = found[name, fit].value
    assert got is not None
    return got


def with_ties(n: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    y = random.integers(0, 12, n) / 4
    return np.rint(3 * y + random.normal(0, 2, n)), y


def test_by_hand() -> None:
    """Ranks 1 2 3 4 5 and 2 1 4 3 5: sum of squared differences 4, two of ten pairs discordant."""
    found = figures(np.array([1.0, 2, 3, 4, 5]), np.array([20.0, 10, 40, 30, 50]))
    assert value(found, "srcc") == pytest.approx(1 - 6 * 4 / (5 * 24))
    assert value(found, "krcc") == pytest.approx((8 - 2) / 10)
    assert value(found, "plcc", "none") == pytest.approx(0.8)


def test_ties_by_hand() -> None:
    """Of ten pairs x ties one and y ties one, another one: eight agree; tau-b is 8 / sqrt(9 * 9)."""
    found = figures(np.array([1.0, 1, 2, 3, 4]), np.array([1.0, 2, 3, 4, 4]))
    assert value(found, "krcc") == pytest.approx(8 / 9)
    ranks = np.corrcoef([1.5, 1.5, 3, 4, 5], [1, 2, 3, 4.5, 4.5])[0, 1]
    assert value(found, "srcc") == pytest.approx(ranks)


@pytest.mark.parametrize("seed", range(4))
def test_against_scipy_and_pandas(seed: int) -> None:
    x, y = with_ties(150, seed)
    found = figures(x, y)
    frame = pd.DataFrame({"x": x, "y": y})
    for name, fit, theirs, word in (
        ("srcc", "", scipy.stats.spearmanr(x, y).statistic, "spearman"),
        ("krcc", "", scipy.stats.kendalltau(x, y).statistic, "kendall"),
        ("plcc", "none", scipy.stats.pearsonr(x, y).statistic, "pearson"),
    ):
        assert value(found, name, fit) == pytest.approx(theirs, abs=1e-12)
        assert value(found, name, fit) == pytest.approx(frame.corr(word).loc["x", "y"], abs=1e-12)  # type: ignore[arg-type]


@pytest.mark.parametrize("seed", range(3))
def test_weights_are_repetitions(seed: int) -> None:
    """Every coefficient of weighted samples is that of samples repeated so often."""
    x, y = with_ties(60, seed)
    weights = np.random.default_rng(seed).integers(0, 4, 60).astype(float)
    a, b = np.repeat(x, weights.astype(int)), np.repeat(y, weights.astype(int))
    assert pearson(x, y, weights) == pytest.approx(scipy.stats.pearsonr(a, b).statistic)
    ranked = RankedValues(x), RankedValues(y), weights
    assert spearman(*ranked) == pytest.approx(scipy.stats.spearmanr(a, b).statistic)
    assert kendall(*ranked) == pytest.approx(scipy.stats.kendalltau(a, b).statistic)


def test_correlation_survives_any_scale() -> None:
    x, y = with_ties(40)
    usual = pearson(x, y, np.ones(40))
    assert pearson(x * 1e-200, y * 1e200, np.ones(40)) == pytest.approx(usual)
    assert pearson(x + 1e9, y, np.ones(40)) == pytest.approx(usual, abs=1e-6)


def test_infinite_values_have_ranks_and_are_left_out_of_the_rest() -> None:
    x, y = with_ties(50)
    x[[3, 7]], y[[3, 7]] = math.inf, 9.0
    found = figures(x, y)
    large = np.where(np.isinf(x), 1e6, x)
    assert value(found, "srcc") == pytest.approx(scipy.stats.spearmanr(large, y).statistic)
    assert value(found, "krcc") == pytest.approx(scipy.stats.kendalltau(large, y).statistic)
    assert (found["srcc", ""].n, found["srcc", ""].left_out) == (50, 0)
    rest = np.isfinite(x)
    theirs = scipy.stats.pearsonr(x[rest], y[rest]).statistic
    assert value(found, "plcc", "none") == pytest.approx(theirs)
    for name, fit in (("plcc", "none"), ("plcc", "5"), ("rmse", "4"), ("ntire2021", "cubic")):
        assert (found[name, fit].n, found[name, fit].left_out) == (48, 2)


def test_the_challenge_score_is_of_absolute_values_after_a_cubic() -> None:
    x, y = with_ties(80)
    found = figures(-x, y)
    curve = np.polyval(np.polyfit(x, y, 3), x)
    expected = abs(scipy.stats.spearmanr(x, y).statistic) + np.corrcoef(curve, y)[0, 1]
    assert value(found, "ntire2021", "cubic") == pytest.approx(expected)
    assert value(found, "srcc") < 0


def test_a_constant_metric_has_no_correlation() -> None:
    found = figures(np.full(20, 30.0), np.arange(20.0), Resampling(20))
    for statistic in found.values():
        assert statistic.value is None
        assert statistic.low is None
        assert "the metric says the same of every image" in statistic.error
    with pytest.raises(UndefinedError, match="people say the same of every image"):
        pearson(np.arange(3.0), np.ones(3), np.ones(3))


def test_fewer_than_five_values_say_nothing() -> None:
    found = figures(np.arange(4.0), np.arange(4.0), Resampling(20))
    assert {s.error for s in found.values()} == {"4 values; at least 5 are needed"}
    infinite = figures(np.array([1.0, 2, 3, 4, math.inf]), np.arange(5.0))
    assert infinite["srcc", ""].value == pytest.approx(1)
    assert infinite["plcc", "none"].error == "4 finite values; at least 5 are needed"
    assert not figures(np.array([]), np.array([]))["srcc", ""].value


def test_a_fit_needs_more_values_than_parameters() -> None:
    found = figures(np.array([1.0, 2, 3, 4, 5]), np.array([20.0, 10, 40, 30, 50]))
    assert found["plcc", "5"].value is None
    assert "5 parameters need more values" in found["plcc", "5"].error
    assert found["plcc", "none"].value is not None


def test_intervals_are_the_same_for_a_seed_and_hold_the_figure() -> None:
    x, y = with_ties(120)
    first, again = (figures(x, y, Resampling(60, seed=4)) for _ in range(2))
    other = figures(x, y, Resampling(60, seed=5))
    assert first.keys() == again.keys()
    for one, two, third in zip(first.values(), again.values(), other.values(), strict=True):
        ends = pytest.approx((one.low, one.high), rel=1e-9)  # a solver's last bits may differ
        assert (two.low, two.high) == ends
        assert (third.low, third.high) != ends
    for statistic in first.values():
        assert statistic.low is not None
        assert statistic.high is not None
        assert statistic.value is not None
        assert statistic.low < statistic.value < statistic.high


def correlations(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    """Pearson's correlation of each row, by another way than that of the package."""
    x, y = (a - a.mean(axis=1, keepdims=True) for a in (x, y))
    found: np.ndarray = (x * y).sum(axis=1) / np.sqrt((x**2).sum(axis=1) * (y**2).sum(axis=1))
    return found


@pytest.mark.parametrize("n", [10, 20, 80])
def test_intervals_cover_the_truth_as_often_as_they_say(n: int) -> None:
    """Samples of a bivariate normal distribution of known correlations; 93 % or more, but for chance."""
    random = np.random.default_rng(n)
    rho, runs = 0.6, 150
    truths = {"plcc": rho, "srcc": 6 / np.pi * np.arcsin(rho / 2)}
    hits = dict.fromkeys(truths, 0)
    for _ in range(runs):
        y = random.normal(size=n)
        x = rho * y + np.sqrt(1 - rho**2) * random.normal(size=n)
        rows = np.concatenate([[np.arange(n)], random.integers(0, n, (150, n))])
        for name, truth in truths.items():
            a, b = (
                v[rows] if name == "plcc" else scipy.stats.rankdata(v[rows], axis=1) for v in (x, y)
            )
            value, *resampled = correlations(a, b)
            ends = interval(name, value, resampled, n)
            assert ends is not None
            hits[name] += ends[0] <= truth <= ends[1]
    chance = 2 * math.sqrt(0.95 * 0.05 / runs)
    assert 0.93 - chance < hits["plcc"] / runs < 0.97 + chance
    assert 0.93 - chance < hits["srcc"] / runs <= 1


def test_few_images_have_no_interval() -> None:
    y = np.arange(9.0)
    found = figures(y + np.array([0, 1, 0, -1, 0, 0, 2, 0, 0]), y, Resampling(50))
    assert {(one.low, one.high) for one in found.values()} == {(None, None)}
    assert found["srcc", ""].value is not None


def test_intervals_on_other_scales_by_hand() -> None:
    """Errors are symmetric about the figure as ratios, correlations on Fisher's scale."""
    low, high = interval("rmse", 4.0, [2.0, 4.0, 8.0] * 40, 20) or (0.0, 0.0)
    assert low * high == pytest.approx(16.0)
    t = scipy.stats.t.ppf(0.975, 18) / scipy.stats.norm.ppf(0.975)
    assert high / 4 == pytest.approx(2**t)
    low, high = interval("ntire2021", 1.6, [1.5, 1.6, 1.7] * 40, 20) or (0.0, 0.0)
    assert np.arctanh(low / 2) + np.arctanh(high / 2) == pytest.approx(2 * np.arctanh(0.8))
    assert 0 < low < 1.6 < high < 2


def test_references_are_drawn_with_all_that_was_made_of_them() -> None:
    groups = [at // 5 for at in range(50)]
    for weights in Resampling(5, "references").weights(groups):
        assert weights.sum() == 50
        assert (weights.reshape(10, 5) == weights[::5, None]).all()
    for weights in Resampling(5).weights(groups):
        assert weights.sum() == 50
        assert not (weights.reshape(10, 5) == weights[::5, None]).all()


def test_images_of_one_reference_that_are_alike_widen_its_interval() -> None:
    random = np.random.default_rng(3)
    scene_x, scene_y = random.normal(size=(2, 12))
    x = scene_x.repeat(10) + 0.1 * random.normal(size=120)
    y = 0.5 * (scene_x + scene_y).repeat(10) + 0.1 * random.normal(size=120)
    a, b, widths = RankedValues(x), RankedValues(y), []
    for how in (Resampling(100), Resampling(100, "references")):
        drawn = how.weights([at // 10 for at in range(120)])
        ends = interval("srcc", 0.5, [spearman(a, b, weights) for weights in drawn], 12)
        assert ends is not None
        widths.append(ends[1] - ends[0])
    assert widths[1] > 1.5 * widths[0]
