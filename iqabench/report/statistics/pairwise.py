"""Every model against every other: difference with interval, Wilcoxon's test, Holm's correction."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from iqabench.report.statistics.bootstrap import Doubles, Resamples, resamples_of
from iqabench.report.statistics.matrix import Matrix

ALPHA = 0.05


@dataclass(frozen=True)
class Pair:
    """Two rows of a matrix."""

    a: int
    b: int
    """Their positions."""
    difference: float
    """Mean of b minus a, as values stand."""
    low: float
    high: float
    p: float
    """Two-sided, of the signed ranks of the differences; 1 where there is none."""
    p_holm: float
    """The same, corrected for the number of pairs."""

    @property
    def differs(self) -> bool:
        """Whether the two can be told apart at 5 %."""
        return self.p_holm < ALPHA


def pairwise(matrix: Matrix, resamples: Resamples | None = None) -> list[Pair]:
    """All pairs of rows with finite values, in the order of the rows.

    Source: Wilcoxon 1945; Holm 1979.
    """
    values, finite = matrix.values, np.isfinite(matrix.values).all(axis=1)
    rows = [int(at) for at in np.flatnonzero(finite)]
    pairs = list(combinations(rows, 2))
    if not pairs or values.shape[1] < 2:
        return []
    drawn = resamples or resamples_of(values.shape[1])
    means = dict(zip(rows, drawn.means(values[rows]).T, strict=True))
    raw = _wilcoxon(np.stack([values[b] - values[a] for a, b in pairs]))
    found = []
    for (a, b), p, corrected in zip(pairs, raw, holm(raw), strict=True):
        low, high = np.quantile(means[b] - means[a], (0.025, 0.975))
        apart = float((values[b] - values[a]).mean())
        found.append(Pair(a, b, apart, float(low), float(high), p, corrected))
    return found


def holm(p: Sequence[float]) -> list[float]:
    """P values corrected for their number, step by step from the smallest; in the order given."""
    order = np.argsort(p, kind="stable")
    corrected = np.empty(len(p))
    worst = 0.0
    for place, at in enumerate(order):
        worst = max(worst, min(1.0, (len(p) - place) * p[at]))
        corrected[at] = worst
    return [float(value) for value in corrected]


def win_rates(matrix: Matrix) -> Doubles:
    """Share of the samples on which each row beats each other; a tie is half a win.

    Shapes: (rows, rows); the diagonal is 0.5.
    """
    better = matrix.better
    ahead = better[:, None, :] > better[None, :, :]
    level = better[:, None, :] == better[None, :, :]
    return np.asarray((ahead + 0.5 * level).mean(axis=2))


def _wilcoxon(differences: Doubles) -> list[float]:
    """P value of each row. Those without zeros and ties are tested at once, by the same method as alone."""
    from scipy import stats  # noqa: PLC0415 - takes its time, and tables have no need of it

    sizes = np.sort(np.abs(differences), axis=1)
    plain = (sizes[:, 0] > 0) & (np.diff(sizes, axis=1) > 0).all(axis=1)
    found = np.ones(len(differences))
    if plain.any():
        found[plain] = stats.wilcoxon(differences[plain], axis=1).pvalue
    for at in np.flatnonzero(~plain & differences.any(axis=1)):
        found[at] = stats.wilcoxon(differences[at]).pvalue
    return [float(p) for p in found]
