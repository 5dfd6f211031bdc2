"""Feature similarity."""

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.fsim_maps import features
from iqabench.metrics.shared.phase_congruency import SHORTEST
from iqabench.metrics.shared.similarity_maps import pooled


@metric(
    title="Feature similarity",
    better="higher",
    identical=1.0,
    low=0.0,
    high=1.0,
    min_size=SHORTEST,
    source="Zhang et al., FSIM: a feature similarity index for image quality assessment, "
    "IEEE TIP 20(8), 2011",
    cost=73,
)
def fsim(pair: Pair) -> float:
    """Return the similarity of phase congruency and gradients, weighted by the greater phase congruency.

    T1 = 0.85, T2 = 160, on an image shrunk to about 256 pixels. Equals the authors' FeatureSIM.m. Where
    that divides zero by zero, flat points have no phase congruency, and pairs without any a plain mean.

    PIQ agrees where nothing is shrunk, or even sizes by two. Otherwise its blocks lie elsewhere and drop
    the last rows; it also takes the lower of two middle values as the median, adds 1e-7 instead of 1e-4
    to amplitudes, and rounds a factor of 2.5 to 2.

    Range: 0 to 1, which is the value of identical images.
    Source: Zhang, Zhang, Mou and Zhang, IEEE TIP 20(8), 2011.
    """
    return pooled(*features(pair))


@batched_form(of=fsim)
def batched_fsim(batch: Batch) -> "torch.Tensor":
    """Return the similarity of each pair, (N,)."""
    return tensors.downsampling.pooled(*tensors.phase_congruency.features(batch))
