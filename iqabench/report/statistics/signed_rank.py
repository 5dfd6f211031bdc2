"""Wilcoxon's signed-rank test of pairs of models, over the images of one set or of several.

The differences of a pair are ranked by size within each set, and a rank counts 1 / (n + 1), n being the
number of differences in its set that are not zero, so that no set outweighs another by its scale. Under the
hypothesis that neither model is better every sign could as well be the other one; the p value is the share
of all ways to turn signs that give a sum as far from zero. With one set this is Wilcoxon's test.

Ranks know no units: an infinite difference (PSNR, where one output is identical to its target) is the
largest, two infinite values are a tie, and a tie in value is no evidence: it is left out, and counted.

Source: Wilcoxon 1945; van Elteren 1960 (weights of the sets).
"""

from collections.abc import Sequence
from functools import lru_cache, reduce
from importlib import import_module
from math import gcd, lcm

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Counts = NDArray[np.int64]

MOST_EXACT = 50
"""Largest number of differences for which all ways to turn signs are counted; beyond, the sum is normal."""
_MOST_STEPS = 20_000
"""Largest sum of whole scores for which they are counted."""


def least_p(samples: int) -> float:
    """Return the smallest p value that any data of so many samples can have."""
    return min(1.0, 2.0 ** (1 - samples))


def differences_of(first: Doubles, second: Doubles) -> Doubles:
    """Return second minus first; zero where both are equal, infinite values included."""
    with np.errstate(invalid="ignore"):
        return np.where(first == second, 0.0, second - first)


def signed_scores(differences: Sequence[Doubles]) -> Doubles:
    """Return the signed, weighted ranks of the differences of pairs; zero for ties in value.

    Shapes: one (pairs, samples of the set) for each set, to (pairs, samples of all sets).
    """
    return np.concatenate(
        [_ranks(some) / (_weights(some)[:, None]) for some in differences], axis=1
    )


def p_values(differences: Sequence[Doubles]) -> list[float]:
    """Return the two-sided p value of each pair; 1 where all differences are zero.

    Shapes: as in `signed_scores`.
    """
    ranks = [_ranks(some) for some in differences]
    weights = np.stack([_weights(some) for some in differences], axis=1)
    found = []
    for pair in range(len(weights)):
        kept = [
            (one[pair][one[pair] != 0], int(w)) for one, w in zip(ranks, weights[pair], strict=True)
        ]
        found.append(_p_value([(signed, weight) for signed, weight in kept if len(signed)]))
    return found


def _ranks(differences: Doubles) -> Doubles:
    """Return signed mid-ranks of the differences that are not zero, row by row."""
    stats = import_module("scipy.stats")  # slow to load, and tables do not need it
    sizes = np.abs(differences)
    zeros = (sizes == 0).sum(axis=1, keepdims=True)
    ranks = stats.rankdata(sizes, axis=1) - zeros
    return np.asarray(np.sign(differences) * ranks, np.float64)


def _weights(differences: Doubles) -> Counts:
    return np.asarray((differences != 0).sum(axis=1) + 1, np.int64)


def _p_value(sets: list[tuple[Doubles, int]]) -> float:
    """Return the p value of signed ranks by set, each with the set's n + 1."""
    if not sets:
        return 1.0
    whole = lcm(*(weight for _, weight in sets))
    scores = np.concatenate([2 * ranks * (whole // weight) for ranks, weight in sets])
    if len(scores) <= MOST_EXACT and np.abs(scores).sum() <= _MOST_STEPS * 2:
        sizes = sorted(int(size) for size in np.abs(scores))
        step = reduce(gcd, sizes)
        tail = _tail(tuple(size // step for size in sizes))
        return float(tail[abs(round(float(scores.sum()))) // step])
    stats = import_module("scipy.stats")
    return float(2 * stats.norm.sf(abs(scores.sum()) / np.sqrt((scores**2).sum())))


@lru_cache(maxsize=256)
def _tail(sizes: tuple[int, ...]) -> Doubles:
    """Return for each distance from zero the chance that these sizes, with random signs, add up as far."""
    whole = sum(sizes)
    chances = np.zeros(whole + 1)  # of the sum of those with a plus
    chances[0] = 1.0
    for size in sizes:
        kept = chances / 2
        kept[size:] += chances[: whole + 1 - size] / 2
        chances = kept
    distances = np.zeros(whole + 1)
    np.add.at(distances, np.abs(2 * np.arange(whole + 1) - whole), chances)
    return np.minimum(1.0, np.cumsum(distances[::-1])[::-1])
