"""Comparisons of models: against scipy's tests, by hand, and with other models beside them."""

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import stats

from iqabench.report.statistics import can_tell_apart, compare_family, compare_pairs
from iqabench.report.statistics.family import family_p_values
from iqabench.report.statistics.signed_rank import least_p, p_values, signed_scores

Doubles = NDArray[np.float64]
RANDOM = np.random.default_rng(7)


def test_one_set_is_wilcoxon_s_test() -> None:
    for n in (6, 14, 50):
        differences = RANDOM.normal(0.3, 1.0, (5, n))
        theirs = stats.wilcoxon(differences, axis=1, method="exact").pvalue
        assert p_values([differences]) == pytest.approx(list(theirs))
    many = RANDOM.normal(0.1, 1.0, (3, 200))
    theirs = stats.wilcoxon(many, axis=1, method="asymptotic").pvalue
    assert p_values([many]) == pytest.approx(list(theirs))


def test_ties_are_counted_exactly() -> None:
    """Scipy's permutation of signs knows ties; its own exact test does not."""
    differences = np.array([[1.0, 1.0, 2.0, -1.0, 3.0, 0.0, 3.0, -2.0, 5.0]])
    method = stats.PermutationMethod(n_resamples=np.inf)
    theirs = stats.wilcoxon(differences[0], method=method).pvalue
    assert p_values([differences])[0] == pytest.approx(theirs)


def test_several_sets_are_ranked_each_for_itself() -> None:
    sets = [RANDOM.normal(0.4, 1.0, (1, 5)), 100 * RANDOM.normal(0.4, 1.0, (1, 7))]
    scores = signed_scores(sets)[0]
    ranks = [stats.rankdata(abs(one[0])) / (one.shape[1] + 1) for one in sets]
    assert abs(scores).tolist() == pytest.approx(np.concatenate(ranks).tolist())
    theirs = stats.permutation_test(
        (scores,), np.sum, permutation_type="samples", n_resamples=np.inf
    ).pvalue
    assert p_values(sets)[0] == pytest.approx(theirs)


def test_infinite_values_and_equal_ones() -> None:
    """An infinite difference is the largest, two infinite values are equal, and equal ones say nothing."""
    values = np.array(
        [[np.inf, 30.0, 31.0, 32.0, 33.0, 34.0, 35.0], [np.inf, np.inf, 32, 32, 34.5, 36, 37]]
    )
    (found,) = compare_pairs([values], [(0, 1)], 1)
    assert (found.won, found.lost, found.tied, found.n) == (5, 0, 2, 7)
    assert found.p == 2.0**-4
    assert (found.low, found.high) == (None, None)
    (same,) = compare_pairs([values[:1].repeat(2, axis=0)], [(0, 1)], 1)
    assert (same.p, same.tied, same.share) == (1.0, 7, 0.5)


def test_a_comparison_by_hand() -> None:
    values = np.array([[0.5, 0.6, 0.7, 0.8, 0.9, 0.4], [0.4, 0.6, 0.5, 0.5, 0.5, 0.5]])
    (found,) = compare_pairs([values], [(0, 1)], -1)  # less is better
    assert found.difference == pytest.approx(-0.9 / 6)
    assert (found.won, found.lost, found.tied, found.share) == (4, 1, 1, 4.5 / 6)
    assert found.low is not None
    assert found.high is not None
    assert found.low < found.difference < found.high


def test_five_images_cannot_tell_models_apart() -> None:
    values = np.array([[30.0, 31.0, 32.0, 33.0, 34.0], [40.0, 42.0, 44.0, 46.0, 48.0]])
    (found,) = compare_family([values], [(0, 1)], 1)
    assert found.p == found.corrected == 0.0625 == least_p(5)
    assert not found.told_apart
    assert [can_tell_apart(n) for n in (1, 5, 6, 14)] == [False, False, True, True]


def test_one_comparison_needs_no_correction() -> None:
    differences = RANDOM.normal(0.5, 1.0, (1, 12))
    alone = np.array(p_values([differences]))
    assert family_p_values(signed_scores([differences]), alone).tolist() == pytest.approx(
        list(alone)
    )


def test_a_family_is_that_of_all_ways_to_turn_signs() -> None:
    """Westfall and Young's definition, step by step."""
    scores = signed_scores([RANDOM.normal(0.4, 1.0, (3, 8))])
    ways = np.array(np.meshgrid(*[[-1, 1]] * 8)).reshape(8, -1)
    scaled = scores / np.linalg.norm(scores, axis=1, keepdims=True)
    seen, turned = abs(scaled.sum(axis=1)), abs(scaled @ ways)
    order, worst, expected = np.argsort(-seen), 0.0, np.zeros(3)
    for place, at in enumerate(order):
        largest = turned[order[place:]].max(axis=0)
        worst = max(worst, float((largest >= seen[at] - 1e-9).mean()))
        expected[at] = worst
    assert family_p_values(scores, np.zeros(3)).tolist() == pytest.approx(expected.tolist())


def models(means: list[float], random: np.random.Generator) -> Doubles:
    """Models on fourteen images of unlike difficulty, with exactly these means."""
    noise = random.normal(0, 0.05, (len(means), 14))
    values = np.linspace(-6, 6, 14) + noise - noise.mean(axis=1, keepdims=True)
    return np.asarray(values + np.array(means)[:, None])


@pytest.mark.parametrize("seed", range(5))
def test_more_models_erase_no_differences(seed: int) -> None:
    """Twenty-four more models, near the best, between and far below, leave the marks of eight as they are."""
    random = np.random.default_rng(seed)
    eight = models([28.74, 28.73, 28.62, 28.61, 28.4, 27.8, 27.79, 26.1], random)
    more = models([*np.linspace(24, 28.7, 18), *np.linspace(28.7, 28.735, 6)], random)
    few = compare_family([eight], [(0, n) for n in range(1, 8)], 1)
    every = [(0, n) for n in range(1, 32)]
    many = compare_family([np.concatenate([eight, more])], every, 1)[:7]
    assert [one.told_apart for one in few] == [False, *[True] * 6]
    assert [one.told_apart for one in many] == [one.told_apart for one in few]
    for one, other in zip(many, few, strict=True):
        assert (one.won, one.lost, one.p) == (other.won, other.lost, other.p)
        assert (one.low, one.high) == pytest.approx((other.low, other.high))


def test_a_model_that_is_as_good_as_the_best_is_rarely_told_apart() -> None:
    """Of sixteen equal models one comes out best; each of the others is told apart in at most 5 %."""
    random = np.random.default_rng(11)
    wrong = 0
    for _ in range(40):
        values = random.normal(0, 1, (16, 14))
        values = values[np.argsort(-values.mean(axis=1))]
        found = compare_family([values], [(0, n) for n in range(1, 16)], 1)
        wrong += sum(one.told_apart for one in found)
    assert wrong / (40 * 16) < 0.05


def test_sets_of_unlike_difficulty_are_pooled() -> None:
    """Neither set can tell the two apart at 5 %; both together can, and their own means do not widen it."""
    sets = [
        np.stack([np.zeros(5), np.full(5, 0.1) + RANDOM.normal(0, 0.01, 5)]),
        np.stack([np.zeros(5), np.full(5, 3.0) + RANDOM.normal(0, 0.01, 5)]),
    ]
    (found,) = compare_pairs(sets, [(0, 1)], 1)
    assert found.p == 2.0**-9
    assert found.n == 10
    assert found.low is not None
    assert found.high is not None
    assert found.high - found.low < 0.05
    assert found.low < 1.55 < found.high
