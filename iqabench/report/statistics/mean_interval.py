"""Intervals of 95 % for means: Student's, corrected for skewness after Hall.

Student's interval is right for normal values and too short on one side for skewed ones; Hall's removes
skewness from the t statistic. On the side that Hall makes longer his end is taken; on the other one, which he
makes shorter, the middle of both, since the skewness of few values may be chance. The interval was chosen by
its coverage beside others, bootstraps among them: the table, and the command that makes it, stand in
`leaderboards/measured/coverage.md`.

Paper: Hall corrects by the skewness of the sample; here: by n / (n - 2) times it, because samples of a skewed
distribution are less skewed than it is, the more so the fewer they are.
Source: Student 1908; Hall, "On the removal of skewness by transformation", JRSS B 54, 1992.
"""

from importlib import import_module

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

FEWEST = 5
"""Smallest number of values for an interval: with fewer the skewness of a sample says nothing."""
CONFIDENCE = 0.95


def mean_intervals(values: Doubles, strata: int = 1) -> Doubles:
    """Return the 95 % interval of each row's mean.

    `strata` is the number of means that were taken out of the values when they come from several sets; the
    degrees of freedom are fewer by as many. Rows with infinite values or NaN, and rows with fewer than five
    values, have no interval: NaN. Equal values have an interval of no width.

    Shapes: (rows, samples) to (rows, 2).
    """
    ends = np.full((len(values), 2), np.nan)
    if values.shape[1] < FEWEST or values.shape[1] <= strata:
        return ends
    finite = np.isfinite(values).all(axis=1)
    if finite.any():
        ends[finite] = _ends(values[finite], strata)
    return ends


def _ends(values: Doubles, strata: int) -> Doubles:
    n = values.shape[1]
    means = values.mean(axis=1)
    apart = values - means[:, None]
    deviation = np.sqrt((apart**2).sum(axis=1) / (n - strata))
    spread = np.where(deviation > 0, deviation, 1.0)[:, None]
    skewness = ((apart / spread) ** 3).mean(axis=1) * (n / (n - 2)) ** 2
    student = float(import_module("scipy.special").stdtrit(n - strata, (1 + CONFIDENCE) / 2))
    error = deviation / np.sqrt(n)
    above, below = (_corrected(t, skewness / np.sqrt(n)) for t in (student, -student))
    return np.stack([means - above * error, means - below * error], axis=1)


def _corrected(t: float, skewness: Doubles) -> Doubles:
    """Return Hall's end where it is farther from zero than Student's, else the middle of both."""
    hall = _without_skewness(t, skewness)
    return np.where(np.abs(hall) > abs(t), hall, (hall + t) / 2)


def _without_skewness(t: float, skewness: Doubles) -> Doubles:
    """Return the value of the t statistic that Hall's cubic transformation takes to `t`."""
    some = np.where(np.abs(skewness) > 1e-6, skewness, 1.0)
    turned = 3 * (np.cbrt(1 + some * (t - some / 6)) - 1) / some
    return np.where(np.abs(skewness) > 1e-6, turned, t)
