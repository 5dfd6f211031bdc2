"""Comparisons of pairs of models on the images of one set or several: difference, images won, and tests.

    difference   mean over all images, each counting once, with its 95 % interval (`mean_interval`)
    won, lost    images on which the second model is better, or worse; the others are ties
    p            of this pair, by the signed-rank test within each set (`signed_rank`); no other model has
                 a part in it
    corrected    the same, corrected for the comparisons made together (`family`)

A table is compared with its best model and row by row with the next one, and not in all pairs: 496 pairs of
32 models leave nothing of any difference on 14 images. A model that truly is the best is told apart from the
one that came out best in less than 5 % of tables, however many others are in it (see
`leaderboards/measured/coverage.md`), because its own tests are corrected for their number.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from iqabench.report.statistics.family import family_p_values
from iqabench.report.statistics.mean_interval import Doubles, mean_intervals
from iqabench.report.statistics.signed_rank import (
    differences_of,
    least_p,
    p_values,
    signed_scores,
)

ALPHA = 0.05
_AT_ONCE = 200_000
"""Number of differences that are tested at once."""


@dataclass(frozen=True)
class PairComparison:
    """A comparison of two rows of values."""

    a: int
    b: int
    """Position of the second row; `a` is that of the first."""
    difference: float
    """Mean of b minus a, as values stand."""
    low: float | None
    high: float | None
    """Upper end of the difference's 95 % interval; None with fewer than five images or infinite values."""
    won: int
    """Number of images on which b is better."""
    lost: int
    tied: int
    p: float
    """Two-sided p value of this pair; 1 without any difference."""
    corrected: float
    """P value corrected for the comparisons made together; that of the pair where it was made alone."""

    @property
    def n(self) -> int:
        """Number of images that both have."""
        return self.won + self.lost + self.tied

    @property
    def share(self) -> float:
        """Share of the images on which b is better; a tie is half of one."""
        return (self.won + self.tied / 2) / self.n

    @property
    def told_apart(self) -> bool:
        """True when the two can be told apart at 5 %, all comparisons of the family considered."""
        return self.corrected < ALPHA


def can_tell_apart(samples: int) -> bool:
    """Return whether so many images can tell two models apart at all: six can, five cannot (p >= 0.0625)."""
    return least_p(samples) < ALPHA


def compare_pairs(
    sets: Sequence[Doubles], pairs: Sequence[tuple[int, int]], sign: int
) -> list[PairComparison]:
    """Compare pairs of rows, each pair for itself; `sign` is -1 where less is better.

    Shapes: (rows, samples) for each set, with the same rows.
    """
    step = max(1, _AT_ONCE // max(1, sum(values.shape[1] for values in sets)))
    blocks = (pairs[at : at + step] for at in range(0, len(pairs), step))
    return [one for block in blocks for one in _compared(sets, block, sign)]


def compare_family(
    sets: Sequence[Doubles], pairs: Sequence[tuple[int, int]], sign: int
) -> list[PairComparison]:
    """Compare pairs of rows as `compare_pairs`, with p values corrected for all of them together."""
    found = compare_pairs(sets, pairs, sign)
    if not found:
        return []
    scores = signed_scores([_differences(values, pairs) for values in sets])
    corrected = family_p_values(scores, np.array([one.p for one in found]))
    return [replace(one, corrected=float(p)) for one, p in zip(found, corrected, strict=True)]


def _differences(values: Doubles, pairs: Sequence[tuple[int, int]]) -> Doubles:
    first, second = (list(rows) for rows in zip(*pairs, strict=True))
    return differences_of(values[first], values[second])


def _compared(
    sets: Sequence[Doubles], pairs: Sequence[tuple[int, int]], sign: int
) -> list[PairComparison]:
    by_set = [_differences(values, pairs) for values in sets]
    every = np.concatenate(by_set, axis=1)
    ends = difference_intervals(by_set)
    better = sign * every
    return [
        PairComparison(
            a, b, float(every[at].mean()), *_ends(ends[at]),
            int((better[at] > 0).sum()), int((better[at] < 0).sum()), int((better[at] == 0).sum()), p, p,
        )
        for at, ((a, b), p) in enumerate(zip(pairs, p_values(by_set), strict=True))
    ]  # fmt: skip


def difference_intervals(by_set: Sequence[Doubles]) -> Doubles:
    """Return 95 % intervals of mean differences over all images; sets may differ in their own means.

    Shapes: (pairs, samples) for each set, to (pairs, 2).
    """
    every = np.concatenate(by_set, axis=1)
    if len(by_set) == 1:
        return mean_intervals(every)
    with np.errstate(invalid="ignore"):
        means = every.mean(axis=1, keepdims=True)
        within = [some - some.mean(axis=1, keepdims=True) + means for some in by_set]
    return mean_intervals(np.concatenate(within, axis=1), len(by_set))


def _ends(ends: Doubles) -> tuple[float | None, float | None]:
    low, high = (float(end) for end in ends)
    return (None, None) if np.isnan(low) else (low, high)
