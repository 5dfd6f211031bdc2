"""Certainty of a table: intervals, tests of pairs, stability of the order, and deciding images."""

from iqabench.report.statistics.bootstrap import RESAMPLES, Resamples, resamples_of
from iqabench.report.statistics.comparisons import (
    PairComparison,
    can_tell_apart,
    compare_family,
    compare_pairs,
)
from iqabench.report.statistics.deciders import Decider, deciders
from iqabench.report.statistics.matrix import Matrix, matrix_of
from iqabench.report.statistics.mean_interval import FEWEST, mean_intervals
from iqabench.report.statistics.stability import Stability, stability

__all__ = [
    "FEWEST",
    "RESAMPLES",
    "Decider",
    "Matrix",
    "PairComparison",
    "Resamples",
    "Stability",
    "can_tell_apart",
    "compare_family",
    "compare_pairs",
    "deciders",
    "matrix_of",
    "mean_intervals",
    "resamples_of",
    "stability",
]
