"""Similarity under a Gaussian window: mirrors `_gaussian.py`, `ssim.py` and `ms_ssim.py`.

In double precision throughout, where the single versions take it in doubt: to ask whether there is doubt
would hold up the device.
"""

from typing import NamedTuple

import torch
from torch import Tensor
from torch.nn import functional

from iqabench.images import Pair
from iqabench.metrics.batched.batch import Batch, batched_metric
from iqabench.metrics.batched.filters import PLANE, block_means, gaussian, within
from iqabench.metrics.full_reference.ms_ssim import _WEIGHTS
from iqabench.metrics.shared.gaussian import _K1, _K2, _SIGMA, WINDOW

WINDOW_TAPS = gaussian(WINDOW, _SIGMA)
_C1, _C2 = 2 * (_K1 * Pair.peak) ** 2, 2 * (_K2 * Pair.peak) ** 2


class Similarity(NamedTuple):
    """Means over all windows that lie within the image, (N,)."""

    full: Tensor
    contrast: Tensor


@batched_metric(1.0)
def ssim(batch: Batch) -> Tensor:
    """Mirrors ssim.py."""
    return torch.stack([channel.full for channel in similarities(batch)]).mean(0)


@batched_metric(1.0)
def ms_ssim(batch: Batch) -> Tensor:
    """Mirrors ms_ssim.py."""
    values = [_product(batch, c, first) for c, first in enumerate(similarities(batch))]
    return torch.stack(values).mean(0)


def similarities(batch: Batch) -> list[Similarity]:
    """Of each channel, made once."""
    return batch.shared("similarities", _channels)


def similarity(planes: Tensor) -> Similarity:
    """Of planes (2, N, H, W) of float64."""
    both = torch.stack([planes[0] + planes[1], planes[0] - planes[1]])
    means = within(both, WINDOW_TAPS)
    variances = within(both.square_(), WINDOW_TAPS)
    means.square_()
    variances -= means
    contrast = _share(variances, _C2)
    luminance = _share(means, _C1)
    of_contrast, of_luminance = contrast.mean(PLANE), luminance.mean(PLANE)
    of_both = contrast.mul_(luminance).mean(PLANE)
    return Similarity(1 - 2 * of_luminance - 2 * of_contrast + 4 * of_both, 1 - 2 * of_contrast)


def variances(planes: Tensor) -> Tensor:
    """Of every window that lies within the planes."""
    return within(planes * planes, WINDOW_TAPS) - within(planes, WINDOW_TAPS).square_()


def _share(both: Tensor, constant: float) -> Tensor:
    """Of the difference in the sum's and the difference's moments: half of what a term lacks to 1."""
    of_sum, of_difference = both[0], both[1]
    return of_difference / (of_sum + of_difference + constant)


def _channels(batch: Batch) -> list[Similarity]:
    return [similarity(batch.exact_channel(c)) for c in range(batch.counts.shape[2])]


def _product(batch: Batch, channel: int, first: Similarity) -> Tensor:
    """Of one channel, whose similarity at the finest scale is known."""
    planes = batch.values[:, :, channel].float()
    scales = [first]
    for _ in _WEIGHTS[1:]:
        planes = _halved(planes)
        scales.append(similarity(planes.double()))
    terms = [*(scale.contrast for scale in scales[:-1]), scales[-1].full]
    value = torch.ones_like(terms[0])
    for term, weight in zip(terms, _WEIGHTS, strict=True):
        value *= term.clamp(min=0) ** weight
    return value


def _halved(planes: Tensor) -> Tensor:
    """Means of 2x2 pixels, an odd last row or column twice."""
    height, width = planes.shape[-2:]
    return block_means(functional.pad(planes, (0, width % 2, 0, height % 2), "replicate"), 2)
