"""Certainty of a table: intervals, tests of pairs, stability of the order, and deciding images."""

from iqabench.report.statistics.bootstrap import RESAMPLES, Resamples, mean_intervals, resamples_of
from iqabench.report.statistics.deciders import Decider, deciders
from iqabench.report.statistics.groups import letters
from iqabench.report.statistics.matrix import Matrix, matrix_of
from iqabench.report.statistics.pairwise import PairTest, different, holm, pairwise, win_rates
from iqabench.report.statistics.stability import Stability, stability

__all__ = [
    "RESAMPLES",
    "Decider",
    "Matrix",
    "PairTest",
    "Resamples",
    "Stability",
    "deciders",
    "different",
    "holm",
    "letters",
    "matrix_of",
    "mean_intervals",
    "pairwise",
    "resamples_of",
    "stability",
    "win_rates",
]
