"""Multi-scale structural similarity."""

import cv2

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.structural_similarity import (
    WINDOW,
    Plane,
    Similarity,
    is_faint,
    similarities,
    similarity,
)

_WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""The weights of the scales, from the finest."""


@metric(
    title="Multi-scale structural similarity",
    better="higher",
    identical=1.0,
    low=0.0,
    high=1.0,
    min_size=WINDOW * 2 ** (len(_WEIGHTS) - 1),
    source="Wang et al., Multi-scale structural similarity for image quality assessment, Asilomar 2003",
    version=2,
    cost=42,
)
def ms_ssim(pair: Pair) -> float:
    """Return the product of the contrast terms of four scales and the SSIM of the fifth, each to its weight.

    A scale is the one before, averaged over 2x2 pixels; an odd last row or column counts twice. So does
    the authors' MATLAB code of 2009 (msssim.m); piq 0.8 counts an odd first row and column twice, and
    of an image with one odd side shifts the even one. Below 176 pixels the authors give no value.

    A mean contrast below zero, of which no real power exists, counts as zero, as in piq and TensorFlow;
    MATLAB goes on with a complex number. Channels are averaged, as by `ssim`.

    The authors' program has another option, wtd_sum, the weighted mean of the same terms: the "MS-SSIM" of
    some tables, the official figures of IQA-PyTorch among them, which is up to 0.005 higher on TID2013.

    Range: 0 to 1, which is the value of identical images.
    Source: Wang et al., Asilomar 2003.
    """
    finest = similarities(pair)
    channels = zip(pair.planes, finest, strict=True)
    values = [_product(output, target, first) for (output, target), first in channels]
    return sum(values) / len(values)


def _product(output: Plane, target: Plane, first: Similarity) -> float:
    """Return the product of one channel, whose similarity at the finest scale is known."""
    scales = [similarity(output, target) if is_faint(first) else first]
    for _ in _WEIGHTS[1:]:
        output, target = _halved(output), _halved(target)
        scales.append(similarity(output, target))
    terms = [*(scale.contrast for scale in scales[:-1]), scales[-1].full]
    value = 1.0
    for term, weight in zip(terms, _WEIGHTS, strict=True):
        value *= max(term, 0.0) ** weight
    return value


def _halved(plane: Plane) -> Plane:
    """Means of 2x2 pixels."""
    height, width = plane.shape
    even = cv2.copyMakeBorder(plane, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
    return cv2.resize(even, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)


@batched_form(of=ms_ssim)
def batched_ms_ssim(batch: Batch) -> "torch.Tensor":
    """Return the similarity of each pair, (N,)."""
    finest = tensors.structural_similarity.similarities(batch)
    values = [_batched_product(batch, channel, first) for channel, first in enumerate(finest)]
    return torch.stack(values).mean(0)


def _batched_product(
    batch: Batch, channel: int, first: "tensors.structural_similarity.Similarities"
) -> "torch.Tensor":
    """Return the product of one channel, whose similarity at the finest scale is known."""
    planes = batch.values[:, :, channel].float()
    scales = [first]
    for _ in _WEIGHTS[1:]:
        planes = _batched_halved(planes)
        scales.append(tensors.structural_similarity.similarity(planes.double()))
    terms = [*(scale.contrast for scale in scales[:-1]), scales[-1].full]
    value = torch.ones_like(terms[0])
    for term, weight in zip(terms, _WEIGHTS, strict=True):
        value *= term.clamp(min=0) ** weight
    return value


def _batched_halved(planes: "torch.Tensor") -> "torch.Tensor":
    """Return means of 2x2 pixels, an odd last row or column twice."""
    height, width = planes.shape[-2:]
    even = torch.nn.functional.pad(planes, (0, width % 2, 0, height % 2), "replicate")
    return tensors.filters.block_means(even, 2)
