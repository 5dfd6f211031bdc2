"""Mean squared error."""

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.mean_errors import mean_squared


@metric(
    title="Mean squared error",
    unit="squared 8-bit levels",
    better="lower",
    identical=0.0,
    low=0.0,
    high=65025.0,
    source="The mean squared difference over all pixels and channels, as in tables of harmonisation",
    of_pixels=True,
    cost=0.081,
)
def mse(pair: Pair) -> float:
    """Return the mean squared difference over all pixels and channels.

    Range: 0, the value of identical images, to 65025.
    Unit: squared 8-bit levels.
    """
    return mean_squared(pair)


@batched_form(of=mse)
def batched_mse(batch: Batch) -> "torch.Tensor":
    """Return the error of each pair, (N,)."""
    return tensors.mean_errors.mean_squared(batch)
