"""Structural similarity."""

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.ssim_variants import variant_similarity
from iqabench.metrics.shared.structural_similarity import WINDOW, similarities


@metric(
    title="Structural similarity",
    better="higher",
    identical=1.0,
    low=-1.0,
    high=1.0,
    min_size=WINDOW,
    source="Wang et al., Image quality assessment: from error visibility to structural similarity, "
    "IEEE TIP 13(4), 2004",
    cost=27,
    in_variants=True,
    of_chosen=True,
)
def ssim(pair: Pair) -> float:
    """Return the mean of the similarity map over the windows that lie within the image, then over channels.

    11x11 Gaussian window of sigma 1.5, K = (0.01, 0.03), L = 255, no downsampling before. A protocol may name
    another variant: see `iqabench.ssim_variant`.

    Range: -1 to 1, which is the value of identical images.
    Source: Wang et al., IEEE TIP 13(4), 2004.
    """
    if pair.inside is not None or not pair.ssim.is_plain:
        return variant_similarity(pair)
    channels = similarities(pair)
    return sum(channel.full for channel in channels) / len(channels)


@batched_form(of=ssim)
def batched_ssim(batch: Batch) -> "torch.Tensor":
    """Return the similarity of each pair, (N,)."""
    channels = tensors.structural_similarity.similarities(batch)
    return torch.stack([channel.full for channel in channels]).mean(0)
