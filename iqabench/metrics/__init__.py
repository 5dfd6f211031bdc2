"""Metrics, one file each: the folder is scanned, so a new file is a new metric.

    @metric(title="Mean absolute error", unit="8-bit levels", better="lower", identical=0.0,
            source="...")
    def mae(pair: Pair) -> float:
        ...

A metric is a pure function of a `Pair`: colour, rounding and shave have been decided by the protocol, and
what metrics share is memoised on the pair. A no-reference metric is registered with `@no_reference` and is a
function of `Alone`, the output without a target. Files with a leading underscore hold shared mathematics.
"""

from iqabench.metrics._column import Column, PseudoReferences, column, scores
from iqabench.metrics._metric import Better, Metric, against_pool, metric, metrics, no_reference

__all__ = [
    "Better",
    "Column",
    "Metric",
    "PseudoReferences",
    "against_pool",
    "column",
    "metric",
    "metrics",
    "no_reference",
    "scores",
]
