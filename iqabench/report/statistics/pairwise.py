"""Tests of every model against every other: difference with interval, Wilcoxon's test, Holm's correction."""

from collections.abc import Sequence
from dataclasses import dataclass
from importlib import import_module
from itertools import combinations

import numpy as np

from iqabench.report.statistics.bootstrap import Doubles, Resamples, resamples_of
from iqabench.report.statistics.matrix import Matrix

ALPHA = 0.05
_AT_ONCE = 200_000
"""Number of differences that are tested at once."""


@dataclass(frozen=True)
class PairTest:
    """A test of two rows of a matrix."""

    a: int
    b: int
    """Position of the second row; `a` is that of the first."""
    difference: float
    """Mean of b minus a, as values stand."""
    low: float
    high: float
    p: float
    """Two-sided p value of the signed ranks of the differences; 1 without any difference."""
    p_holm: float
    """P value corrected for the number of pairs."""

    @property
    def differs(self) -> bool:
        """True when the two can be told apart at 5 %."""
        return self.p_holm < ALPHA


def pairwise(matrix: Matrix, resamples: Resamples | None = None) -> list[PairTest]:
    """Test all pairs of rows with finite values, in the order of the rows.

    Source: Wilcoxon 1945; Holm 1979.
    """
    values, rows = matrix.values, _finite(matrix)
    pairs = list(combinations(rows, 2))
    if not pairs or values.shape[1] < 2:
        return []
    drawn = resamples or resamples_of(values.shape[1])
    means = dict(zip(rows, drawn.means(values[rows]).T, strict=True))
    raw = _p_values(values, pairs)
    found = []
    for (a, b), p, corrected in zip(pairs, raw, holm(raw), strict=True):
        low, high = np.quantile(means[b] - means[a], (0.025, 0.975))
        apart = float((values[b] - values[a]).mean())
        found.append(PairTest(a, b, apart, float(low), float(high), p, corrected))
    return found


def different(matrix: Matrix) -> list[tuple[int, int]]:
    """Return the pairs of rows that can be told apart at 5 %, without intervals, which take longest."""
    values, pairs = matrix.values, list(combinations(_finite(matrix), 2))
    if not pairs or values.shape[1] < 2:
        return []
    corrected = holm(_p_values(values, pairs))
    return [pair for pair, p in zip(pairs, corrected, strict=True) if p < ALPHA]


def holm(p: Sequence[float]) -> list[float]:
    """Correct p values for their number, step by step from the smallest; in the order given."""
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    worst = 0.0
    for place, at in enumerate(order):
        worst = max(worst, min(1.0, (len(p) - place) * p[at]))
        corrected[at] = worst
    return [float(value) for value in corrected]


def win_rates(matrix: Matrix) -> Doubles:
    """Return the share of the samples on which each row beats each other; a tie is half a win.

    Shapes: (rows, rows); the diagonal is 0.5.
    """
    better = matrix.better
    rates = [((row > better) + 0.5 * (row == better)).mean(axis=1) for row in better]
    return np.asarray(rates).reshape(len(better), len(better))


def _finite(matrix: Matrix) -> list[int]:
    """Return the rows without an infinite value."""
    return [int(at) for at in np.flatnonzero(np.isfinite(matrix.values).all(axis=1))]


def _p_values(values: Doubles, pairs: Sequence[tuple[int, int]]) -> list[float]:
    """Return the p value of each pair, testing some pairs at a time: the test needs many times their
    memory.
    """
    step = max(1, _AT_ONCE // values.shape[1])
    blocks = (pairs[at : at + step] for at in range(0, len(pairs), step))
    apart = (np.stack([values[b] - values[a] for a, b in block]) for block in blocks)
    return [p for differences in apart for p in _wilcoxon(differences)]


def _wilcoxon(differences: Doubles) -> list[float]:
    """Return the p value of each row. Rows without zeros and ties are tested at once, by the same method.

    Of the others each is tested once for all that have the same signed ranks, which is all that it looks at.
    """
    stats = import_module("scipy.stats")  # slow to load, and tables do not need it

    sizes = np.sort(np.abs(differences), axis=1)
    plain = (sizes[:, 0] > 0) & (np.diff(sizes, axis=1) > 0).all(axis=1)
    found = np.ones(len(differences))
    if plain.any():
        found[plain] = stats.wilcoxon(differences[plain], axis=1).pvalue
    odd = np.flatnonzero(~plain & differences.any(axis=1))
    if len(odd):
        signed = np.sign(differences[odd]) * stats.rankdata(np.abs(differences[odd]), axis=1)
        _, first, alike = np.unique(
            np.sort(signed, axis=1), axis=0, return_index=True, return_inverse=True
        )
        found[odd] = np.array([stats.wilcoxon(differences[odd[at]]).pvalue for at in first])[alike]
    return [float(p) for p in found]
