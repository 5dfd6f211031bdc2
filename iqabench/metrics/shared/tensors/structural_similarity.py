"""Similarity under a Gaussian window: the torch form of `structural_similarity`.

In double precision throughout, where the single versions take it in doubt: to ask whether there is doubt
would hold up the device.
"""

from typing import NamedTuple

import torch
from torch import Tensor

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.shared.structural_similarity import K1, K2, SIGMA, WINDOW
from iqabench.metrics.shared.tensors.filters import PLANE, gaussian, within

WINDOW_TAPS = gaussian(WINDOW, SIGMA)
_C1, _C2 = 2 * (K1 * Pair.peak) ** 2, 2 * (K2 * Pair.peak) ** 2


class Similarities(NamedTuple):
    """Means over all windows that lie within the image, (N,)."""

    full: Tensor
    contrast: Tensor


def similarities(batch: Batch) -> list[Similarities]:
    """Return the similarity of each channel, computed once."""
    return batch.shared("similarities", _channels)


def similarity(planes: Tensor) -> Similarities:
    """Return the similarity of planes (2, N, H, W) of float64."""
    both = torch.stack([planes[0] + planes[1], planes[0] - planes[1]])
    means = within(both, WINDOW_TAPS)
    variances = within(both.square_(), WINDOW_TAPS)
    means.square_()
    variances -= means
    contrast = _share(variances, _C2)
    luminance = _share(means, _C1)
    of_contrast, of_luminance = contrast.mean(PLANE), luminance.mean(PLANE)
    of_both = contrast.mul_(luminance).mean(PLANE)
    return Similarities(1 - 2 * of_luminance - 2 * of_contrast + 4 * of_both, 1 - 2 * of_contrast)


def variances(planes: Tensor) -> Tensor:
    """Return the variance in every window that lies within the planes."""
    return within(planes * planes, WINDOW_TAPS) - within(planes, WINDOW_TAPS).square_()


def _share(both: Tensor, constant: float) -> Tensor:
    """Return the share of the difference in both moments: half of what a term lacks to 1."""
    of_sum, of_difference = both[0], both[1]
    return of_difference / (of_sum + of_difference + constant)


def _channels(batch: Batch) -> list[Similarities]:
    return [similarity(batch.exact_channel(c)) for c in range(batch.counts.shape[2])]
