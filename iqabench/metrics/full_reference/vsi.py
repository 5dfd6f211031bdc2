"""Visual saliency-induced similarity."""

import numpy as np

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.downsampling import components, factor, reduced
from iqabench.metrics.shared.sdsp import sdsp
from iqabench.metrics.shared.similarity_maps import gradients, likeness, pooled, real_power

_SALIENCY, _GRADIENT, _CHROMA = 1.27, 386.0, 130.0
_ALPHA, _BETA = 0.4, 0.02
_LMN = np.array([[0.06, 0.63, 0.27], [0.30, 0.04, -0.35], [0.34, -0.60, 0.17]])


@metric(
    title="Visual saliency-induced index",
    better="higher",
    identical=1.0,
    low=0.0,
    high=1.0,
    min_size=3,
    colour=True,
    source="Zhang, Shen and Li, VSI: a visual saliency-induced index for perceptual image quality "
    "assessment, IEEE TIP 23(10), 2014",
    cost=29,
)
def vsi(pair: Pair) -> float:
    """Return the similarity of saliency, gradients and colour, weighted by the greater saliency (SDSP).

    On an image shrunk to about 256 pixels. Equals the authors' VSI.m. One channel counts as R = G = B.
    Where that divides zero by zero, flat images have no saliency, and pairs without any a plain mean.

    PIQ agrees only at 256 x 256 pixels. Elsewhere it shrinks to SDSP's 256 x 256 without antialiasing,
    enlarges the saliency so that corners fall on corners, and pads before it averages blocks.

    Range: 0 to 1, which is the value of identical images.
    Source: Zhang, Shen and Li, IEEE TIP 23(10), 2014.
    """
    by = factor(*pair.shape[:2])
    output, target = (
        reduced(sdsp(image), by).astype(np.float64) for image in (pair.output, pair.target)
    )
    luma, m, n = components(pair, _LMN)
    similarity = likeness(output, target, _SALIENCY)
    similarity *= likeness(*gradients(luma), _GRADIENT) ** _ALPHA
    similarity *= real_power(likeness(*m, _CHROMA) * likeness(*n, _CHROMA), _BETA)
    return pooled(similarity, np.maximum(output, target))


@batched_form(of=vsi)
def batched_vsi(batch: Batch) -> "torch.Tensor":
    """Return the index of each pair, (N,)."""
    maps = tensors.downsampling
    by = factor(*batch.counts.shape[-2:])
    saliency = tensors.sdsp.sdsp(batch.values)
    if by > 1:
        saliency = tensors.filters.block_means(saliency, by, (by - 1) // 2)
    saliency = saliency.double()
    luma, m, n = maps.components(batch, _LMN)
    similarity = maps.likeness(saliency, _SALIENCY)
    similarity *= maps.likeness(maps.gradients(luma), _GRADIENT) ** _ALPHA
    chroma = maps.likeness(m, _CHROMA) * maps.likeness(n, _CHROMA)
    similarity *= maps.real_power(chroma, _BETA)
    return maps.pooled(similarity, saliency.amax(0))
