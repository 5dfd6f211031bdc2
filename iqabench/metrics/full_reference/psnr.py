"""Peak signal-to-noise ratio."""

from math import inf, log10

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.mean_errors import mean_squared


@metric(
    title="Peak signal-to-noise ratio",
    unit="dB",
    better="higher",
    identical=inf,
    low=0.0,
    source="10 log10(255^2 / MSE), as in every table of the field",
    of_pixels=True,
    cost=0.082,
)
def psnr(pair: Pair) -> float:
    """Return the ratio of the peak of 255 to the error over all pixels and channels, in decibels.

    Range: 0 to infinity, which is the value of identical images.
    """
    error = mean_squared(pair)
    return 10 * log10(pair.peak**2 / error) if error else inf


@batched_form(of=psnr)
def batched_psnr(batch: Batch) -> "torch.Tensor":
    """Return the ratio of each pair, (N,)."""
    return 10 * torch.log10(Pair.peak**2 / tensors.mean_errors.mean_squared(batch))
