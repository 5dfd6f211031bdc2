"""Stability of an order: ranks over resamples of the images."""

from dataclasses import dataclass
from importlib import import_module

import numpy as np
from numpy.typing import NDArray

from iqabench.report.statistics.bootstrap import Resamples, resamples_of
from iqabench.report.statistics.matrix import Matrix

Ranks = NDArray[np.float64]


@dataclass(frozen=True)
class Stability:
    """Ranks of the rows of a matrix over resamples."""

    ranks: tuple[int, ...]
    """Ranks in the table; ties share the better one."""
    low: tuple[int, ...]
    high: tuple[int, ...]
    """Largest rank of each row in 95 % of the resamples."""
    first: tuple[float, ...]
    """Share of the resamples in which a row is first; shared firsts are divided."""
    tau: float
    """Mean Kendall correlation of the resamples' orders with the table's: 1 is the same order always."""


def stability(matrix: Matrix, resamples: Resamples | None = None) -> Stability | None:
    """Return ranks of all rows with finite values; None for fewer than two rows or samples."""
    better = matrix.better
    if len(better) < 2 or better.shape[1] < 2 or not np.isfinite(better).all():
        return None
    stats = import_module("scipy.stats")  # slow to load, and tables do not need it

    drawn = resamples or resamples_of(better.shape[1])
    means = drawn.means(better)
    ranks = stats.rankdata(-means, method="min", axis=1)
    full = stats.rankdata(-better.mean(axis=1), method="min")
    low, high = np.quantile(ranks, (0.025, 0.975), axis=0, method="inverted_cdf")
    leading = ranks == 1
    first = (leading / leading.sum(axis=1, keepdims=True)).mean(axis=0)
    return Stability(
        tuple(int(r) for r in full),
        tuple(int(r) for r in low),
        tuple(int(r) for r in high),
        tuple(float(f) for f in first),
        _tau(ranks, full),
    )


def _tau(ranks: Ranks, full: Ranks) -> float:
    """Return the mean of Kendall's tau-b of each order with the table's; an order with only ties has none."""
    upper = np.triu_indices(len(full), 1)
    apart = np.sign(full[upper[0]] - full[upper[1]])
    orders, counts = np.unique(ranks, axis=0, return_counts=True)
    signs = np.sign(orders[:, upper[0]] - orders[:, upper[1]])
    room = np.sqrt((signs != 0).sum(axis=1) * float((apart != 0).sum()))
    known = room > 0
    taus = (signs[known] @ apart) / room[known]
    return float(taus @ counts[known] / counts[known].sum()) if known.any() else float("nan")
