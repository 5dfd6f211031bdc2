"""Similarity weighted by spectral residual saliency."""

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.similarity_maps import pooled
from iqabench.metrics.shared.sr_sim_maps import LEAST, spectral


@metric(
    title="Spectral residual based similarity",
    better="higher",
    identical=1.0,
    low=0.0,
    high=1.0,
    min_size=LEAST,
    source="Zhang and Li, SR-SIM: a fast and high performance IQA index based on spectral residual, "
    "ICIP 2012",
    cost=7.8,
)
def sr_sim(pair: Pair) -> float:
    """Return the similarity of saliency and gradients of luminance, weighted by the greater saliency.

    C1 = 0.40, C2 = 225, alpha = 0.5, on an image shrunk to about 256 pixels. Equals the authors'
    SR_SIM.m, and PIQ but for a factor of 2.5, which it rounds to 2. Where the authors take the logarithm
    of zero, such frequencies stay out; flat images have no saliency, and pairs without any a plain mean.

    Range: 0 to 1, which is the value of identical images. The saliency map overshoots a little below
    zero, as its enlargement is bicubic; what that could add beyond the range is cut off.
    Source: Zhang and Li, ICIP 2012.
    """
    return min(1.0, max(0.0, pooled(*spectral(pair))))


@batched_form(of=sr_sim)
def batched_sr_sim(batch: Batch) -> "torch.Tensor":
    """Return the similarity of each pair, (N,)."""
    return tensors.downsampling.pooled(*tensors.spectral_residual.spectral(batch)).clamp(0, 1)
