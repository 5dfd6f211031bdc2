"""Feature similarity, colour included."""

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.fsim_maps import features
from iqabench.metrics.shared.phase_congruency import SHORTEST
from iqabench.metrics.shared.similarity_maps import chroma_likeness, pooled


@metric(
    title="Feature similarity with chrominance",
    better="higher",
    identical=1.0,
    low=0.0,
    high=1.0,
    min_size=SHORTEST,
    colour=True,
    source="Zhang et al., FSIM: a feature similarity index for image quality assessment, "
    "IEEE TIP 20(8), 2011",
    cost=76,
)
def fsimc(pair: Pair) -> float:
    """Return FSIM whose map is multiplied by the similarity of I and Q to the power of 0.03.

    T3 = T4 = 200. Of a negative product the real part of the power is taken, as the authors' code does;
    PIQ takes the power of the absolute value and has a fourth digit in I and Q. See `fsim` for the rest.
    One channel counts as R = G = B, for which this is FSIM.

    Range: 0 to 1, which is the value of identical images.
    Source: Zhang, Zhang, Mou and Zhang, IEEE TIP 20(8), 2011.
    """
    similarity, weight = features(pair)
    return pooled(similarity * chroma_likeness(pair), weight)


@batched_form(of=fsimc)
def batched_fsimc(batch: Batch) -> "torch.Tensor":
    """Return the similarity of each pair, (N,)."""
    similarity, weight = tensors.phase_congruency.features(batch)
    chroma = tensors.downsampling.chroma_likeness(batch)
    return tensors.downsampling.pooled(similarity * chroma, weight)
