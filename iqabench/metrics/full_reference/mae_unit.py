"""Mean absolute error of images in 0..1."""

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.mean_errors import mean_absolute


@metric(
    title="Mean absolute error of images in 0..1",
    unit="1",
    better="lower",
    identical=0.0,
    low=0.0,
    high=1.0,
    source="Abuolaim and Brown, ECCV 2020, which prints it of images in 0..1; mae divided by 255",
    of_pixels=True,
    cost=0.065,
)
def mae_unit(pair: Pair) -> float:
    """Return the mean absolute difference over all pixels and channels, with white as 1.

    Range: 0, the value of identical images, to 1.
    Unit: 1.
    """
    return mean_absolute(pair) / 255.0


@batched_form(of=mae_unit)
def batched_mae_unit(batch: Batch) -> "torch.Tensor":
    """Return the error of each pair, (N,)."""
    return tensors.mean_errors.mean_absolute(batch) / 255.0
