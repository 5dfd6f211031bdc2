"""Mean absolute error."""

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.mean_errors import mean_absolute


@metric(
    title="Mean absolute error",
    unit="8-bit levels",
    better="lower",
    identical=0.0,
    low=0.0,
    high=255.0,
    source="The mean absolute difference over all pixels and channels",
    of_pixels=True,
    cost=0.065,
)
def mae(pair: Pair) -> float:
    """Return the mean absolute difference over all pixels and channels.

    Range: 0, the value of identical images, to 255.
    Unit: 8-bit levels.
    """
    return mean_absolute(pair)


@batched_form(of=mae)
def batched_mae(batch: Batch) -> "torch.Tensor":
    """Return the error of each pair, (N,)."""
    return tensors.mean_errors.mean_absolute(batch)
