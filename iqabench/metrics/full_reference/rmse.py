"""Root mean squared error."""

from math import sqrt

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.mean_errors import mean_squared


@metric(
    title="Root mean squared error",
    unit="8-bit levels",
    better="lower",
    identical=0.0,
    low=0.0,
    high=255.0,
    source="The root of the mean squared difference over all pixels and channels",
    of_pixels=True,
    cost=0.081,
)
def rmse(pair: Pair) -> float:
    """Return the root of the mean squared difference over all pixels and channels: 255 / 10^(PSNR / 20).

    Range: 0, the value of identical images, to 255.
    Unit: 8-bit levels.
    """
    return sqrt(mean_squared(pair))


@batched_form(of=rmse)
def batched_rmse(batch: Batch) -> "torch.Tensor":
    """Return the error of each pair, (N,)."""
    return tensors.mean_errors.mean_squared(batch).sqrt()
