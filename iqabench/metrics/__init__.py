"""Metrics, one file each: the folder is scanned, so a new file is a new metric.

    @metric(title="Mean absolute error", unit="8-bit levels", better="lower", identical=0.0,
            source="...")
    def mae(pair: Pair) -> float:
        ...

A metric is a pure function of a `Pair`: colour, rounding and shave have been decided by the protocol, and
what metrics share is memoised on the pair. A no-reference metric is registered with `@no_reference` and is a
function of `OutputView`, the output without a target. A metric over a whole set is registered with
`@over_set`, in a registry of its own: features of each image, and a distance of all from all.

A second form of a metric, of many pairs at a time in torch, stands in the same file under
`@batched_form(of=mae)`.

A metric that needs more than its code names it in the facts `files` and `requirement`; `require_files` looks
for it before the first image. Whatever a metric raises becomes a `MetricError` in the place of its value.
"""

from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.borders import require_no_scale
from iqabench.metrics.core.column import (
    AnyColumn,
    Column,
    SetColumn,
    attempts,
    require_files,
    scores,
    with_reasons,
)
from iqabench.metrics.core.metric import (
    Better,
    Metric,
    against_inputs,
    against_pool,
    cost_of_image,
    metric,
    metrics,
    no_reference,
)
from iqabench.metrics.core.set_metric import SetMetric, any_metric, over_set, set_metrics
from iqabench.metrics.core.spelling import any_column, column

__all__ = [
    "AnyColumn",
    "Batch",
    "Better",
    "Column",
    "Metric",
    "SetColumn",
    "SetMetric",
    "against_inputs",
    "against_pool",
    "any_column",
    "any_metric",
    "attempts",
    "batched_form",
    "column",
    "cost_of_image",
    "metric",
    "metrics",
    "no_reference",
    "over_set",
    "require_files",
    "require_no_scale",
    "scores",
    "set_metrics",
    "with_reasons",
]
