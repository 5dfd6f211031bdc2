"""Metrics, one file each: the folder is scanned, so a new file is a new metric.

    @metric(title="Mean absolute error", unit="8-bit levels", better="lower", identical=0.0,
            source="...")
    def mae(pair: Pair) -> float:
        ...

A metric is a pure function of a `Pair`: colour, rounding and shave have been decided by the protocol, and
what metrics share is memoised on the pair. Files with a leading underscore hold shared mathematics.
"""

from iqabench.metrics._column import Column, column, scores
from iqabench.metrics._metric import Better, Metric, metric, metrics

__all__ = ["Better", "Column", "Metric", "column", "metric", "metrics", "scores"]
