"""Timing of models: several are sampled in turn, so that a machine's drift affects all of them alike."""

from iqabench.probes.timing.model_times import times_of
from iqabench.probes.timing.rounds import Contender, Sampling, SamplingProgress, sample
from iqabench.probes.timing.times import Ratio, Times, median_interval, ratio

__all__ = [
    "Contender",
    "Ratio",
    "Sampling",
    "SamplingProgress",
    "Times",
    "median_interval",
    "ratio",
    "sample",
    "times_of",
]
