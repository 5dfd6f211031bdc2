"""Information content weighted structural similarity."""

import cv2
import numpy as np

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.grey import grey
from iqabench.metrics.shared.information_content import information
from iqabench.metrics.shared.laplacian_pyramid import laplacian
from iqabench.metrics.shared.structural_similarity import WINDOW, Plane, blur, similarity

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""The weights of the scales, from the finest; their sum is 1.0001, and the powers are shares of it."""
_C2 = (0.03 * Pair.peak) ** 2
_RIM = WINDOW // 2 - 1
"""Information is known for all pixels but the outermost, contrast for those whose window lies within."""


@metric(
    title="Information content weighted structural similarity",
    better="higher",
    identical=1.0,
    low=0.0,
    min_size=WINDOW * 2 ** (len(_WEIGHTS) - 1),
    high=1.0,
    source="Wang & Li, Information content weighting for perceptual image quality assessment, "
    "IEEE TIP 20(5), 2011",
    version=2,
    cost=80,
)
def iw_ssim(pair: Pair) -> float:
    """Return the similarity of five bands of a Laplacian pyramid, weighted by their information.

    Of luminance, not rounded. Four bands give the mean of SSIM's contrast term, weighted by information
    (see `information_content`), the blurred rest gives its SSIM. Information is that of the target, so it is
    a measure one of output against target, not of two equals.

    piq 0.8 gives the same when output and target come in this order (the other way round it was off by up
    to 2e-2); where a side is odd it reflects the pyramid about another pixel, which changes it by 5e-6.

    A mean contrast below zero, of which no real power exists, counts as zero; piq takes its absolute
    value, and MATLAB goes on with a complex number. Where no place of a band holds information, all count
    alike. Below 176 pixels the authors give no value.

    Range: 0 to 1, which is the value of identical images.
    Source: Wang & Li, IEEE TIP 20(5), 2011.
    """
    output, target = (laplacian(plane.astype(np.float64), len(_WEIGHTS)) for plane in grey(pair))
    terms = []
    for scale in range(len(_WEIGHTS) - 1):
        coarser = target[scale + 1] if scale < len(_WEIGHTS) - 2 else None
        weights = information(output[scale], target[scale], coarser)
        terms.append(_contrast(output[scale], target[scale], weights[_RIM:-_RIM, _RIM:-_RIM]))
    terms.append(similarity(output[-1], target[-1]).full)
    value = 1.0
    for term, weight in zip(terms, _WEIGHTS, strict=True):
        value *= max(term, 0.0) ** (weight / sum(_WEIGHTS))
    return value


def _contrast(output: Plane, target: Plane, weights: Plane) -> float:
    """Return the weighted mean of (2 cov + C2) / (var + var + C2), of sum and difference of both images."""
    output, target = output.astype(np.float32), target.astype(np.float32)
    lack = _variance(cv2.subtract(output, target))
    whole = _variance(cv2.add(output, target))
    whole += lack
    whole += 2 * _C2
    lack /= whole
    information_in_all = float(weights.sum(dtype=np.float64))
    if not information_in_all:
        return 1 - 2 * float(lack.mean(dtype=np.float64))
    lack *= weights
    return 1 - 2 * float(lack.sum(dtype=np.float64)) / information_in_all


def _variance(plane: Plane) -> Plane:
    """Return the variance in every window that lies within the plane, which is overwritten."""
    mean = blur(plane)
    plane *= plane
    variance = blur(plane)
    mean *= mean
    variance -= mean
    return variance


@batched_form(of=iw_ssim)
def batched_iw_ssim(batch: Batch) -> "torch.Tensor":
    """Return the similarity of each pair, (N,)."""
    planes = tensors.planes.grey(batch).double()
    bands = tensors.laplacian_pyramid.laplacian(planes, len(_WEIGHTS))
    terms = []
    for scale in range(len(_WEIGHTS) - 1):
        coarser = bands[scale + 1][1] if scale < len(_WEIGHTS) - 2 else None
        output, target = bands[scale]
        weights = tensors.information_content.information(output, target, coarser)
        terms.append(_batched_contrast(bands[scale], weights[:, _RIM:-_RIM, _RIM:-_RIM]))
    terms.append(tensors.structural_similarity.similarity(bands[-1]).full)
    value = torch.ones_like(terms[0])
    for term, weight in zip(terms, _WEIGHTS, strict=True):
        value *= term.clamp(min=0) ** (weight / sum(_WEIGHTS))
    return value


def _batched_contrast(band: "torch.Tensor", weights: "torch.Tensor") -> "torch.Tensor":
    """Return the weighted mean of contrast, of the sum and the difference of both images."""
    both = torch.stack([band[0] + band[1], band[0] - band[1]])
    whole, lack = tensors.structural_similarity.variances(both)
    lack = lack / (whole + lack + 2 * _C2)
    plain = lack.mean(tensors.filters.PLANE)
    in_all = weights.sum(tensors.filters.PLANE, dtype=torch.float64)
    weighted = lack.mul_(weights).sum(tensors.filters.PLANE) / in_all
    return 1 - 2 * torch.where(in_all == 0, plain, weighted)
