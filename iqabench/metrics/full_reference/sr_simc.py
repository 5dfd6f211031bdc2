"""Similarity weighted by spectral residual saliency, colour included."""

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.similarity_maps import chroma_likeness, pooled
from iqabench.metrics.shared.sr_sim_maps import LEAST, spectral


@metric(
    title="Spectral residual based similarity with chrominance",
    better="higher",
    identical=1.0,
    low=0.0,
    high=1.0,
    min_size=LEAST,
    colour=True,
    source="Zhang and Li, SR-SIM, ICIP 2012, with the chrominance term of Zhang et al., FSIM, "
    "IEEE TIP 20(8), 2011",
    cost=9.1,
)
def sr_simc(pair: Pair) -> float:
    """Return SR-SIM whose map is multiplied by FSIMc's similarity of I and Q to the power of 0.03.

    The paper has only luminance: this is the variant that PIQ introduced. PIQ takes the power of a
    negative product's absolute value, where FSIMc, and this, have its real part, and has a fourth digit
    in I and Q. One channel counts as R = G = B, for which this is SR-SIM.

    Range: 0 to 1, which is the value of identical images; see `sr_sim`.
    Source: Zhang and Li, ICIP 2012; Zhang, Zhang, Mou and Zhang, IEEE TIP 20(8), 2011.
    """
    similarity, weight = spectral(pair)
    return min(1.0, max(0.0, pooled(similarity * chroma_likeness(pair), weight)))


@batched_form(of=sr_simc)
def batched_sr_simc(batch: Batch) -> "torch.Tensor":
    """Return the similarity of each pair, (N,)."""
    similarity, weight = tensors.spectral_residual.spectral(batch)
    chroma = tensors.downsampling.chroma_likeness(batch)
    return tensors.downsampling.pooled(similarity * chroma, weight).clamp(0, 1)
