"""Ranks and correlations of weighted samples.

A weight says how often a sample counts; weights of 1 give the usual coefficients.
"""

from importlib import import_module

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Counts = NDArray[np.int64]


class UndefinedError(ValueError):
    """An error for a statistic that these values do not have; rows state it, users never see it."""


class RankedValues:
    """Values, sorted once, so that ranks under any weights take one pass. Infinite values are the largest."""

    def __init__(self, values: Doubles) -> None:
        distinct, place = np.unique(values, return_inverse=True)
        self.place: Counts = place.astype(np.int64)
        """Number of distinct values below each value."""
        self.distinct = len(distinct)

    def ranks(self, weights: Doubles) -> Doubles:
        """Return mid-ranks: equal values share the mean of their ranks."""
        heaps = np.bincount(self.place, weights, minlength=self.distinct)
        middle = np.cumsum(heaps) - (heaps - 1) / 2
        return np.asarray(middle[self.place])


def pearson(x: Doubles, y: Doubles, weights: Doubles) -> float:
    """Return Pearson's linear correlation of a metric x and opinions y.

    Range: -1 to 1.
    Raises: UndefinedError when x or y is constant.
    """
    require_change(x[weights > 0], y[weights > 0])
    whole = weights.sum()  # sums and no dot products: those depend on the number of threads
    x, y = x - (weights * x).sum() / whole, y - (weights * y).sum() / whole
    x, y = x / np.abs(x).max(), y / np.abs(y).max()  # squares must neither vanish nor overflow
    squares = (weights * x * x).sum() * (weights * y * y).sum()
    return float(np.clip((weights * x * y).sum() / np.sqrt(squares), -1.0, 1.0))


def spearman(x: RankedValues, y: RankedValues, weights: Doubles) -> float:
    """Return Spearman's rank correlation: Pearson's, of mid-ranks.

    Raises: UndefinedError when x or y is constant.
    """
    return pearson(x.ranks(weights), y.ranks(weights), weights)


def kendall(x: RankedValues, y: RankedValues, weights: Doubles) -> float:
    """Return Kendall's tau-b, which counts ties in neither.

    Raises: UndefinedError when x or y is constant.
    """
    times = weights.astype(np.int64)
    a, b = np.repeat(x.place, times), np.repeat(y.place, times)
    require_change(a, b)
    stats = import_module("scipy.stats")  # slow to load, and tables do not need it
    return float(stats.kendalltau(a, b, variant="b", method="asymptotic").statistic)


def require_change(x: NDArray[np.generic], y: NDArray[np.generic]) -> None:
    """Raise an error unless both a metric x and opinions y change from image to image.

    Raises: UndefinedError when one of them says the same of every image.
    """
    for who, values in (("the metric says", x), ("people say", y)):
        if not len(values) or bool((values == values[0]).all()):
            raise UndefinedError(f"{who} the same of every image, so a correlation is undefined")
