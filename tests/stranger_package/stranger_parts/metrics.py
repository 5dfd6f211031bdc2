"""The largest error, as a metric with its batched form."""

import numpy as np
from torch import Tensor

from iqabench.images import Pair
from iqabench.metrics import Batch, batched_form, metric


@metric(
    title="Largest error",
    unit="8-bit levels",
    better="lower",
    identical=0.0,
    low=0.0,
    source="a stranger",
)
def stranger_error(pair: Pair) -> float:
    """Return the largest absolute difference of a pair, in 8-bit levels."""
    return float(np.abs(pair.output.astype(np.float64) - pair.target).max())


@batched_form(of=stranger_error)
def batched_stranger_error(batch: Batch) -> Tensor:
    """Return the largest absolute difference of each pair, (N,)."""
    return (batch.outputs - batch.targets).abs().flatten(1).amax(1)
