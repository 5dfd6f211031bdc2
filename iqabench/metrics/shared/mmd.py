"""Maximum mean discrepancy under the kernel of KID."""

import numpy as np

from iqabench.metrics.shared.feature_moments import Floats, Rows

_BLOCK = 1024
"""Images of one set that are compared with all of the other at once."""


def mmd(one: Rows, other: Rows) -> float:
    """The unbiased estimate of MMD^2 under k(x, y) = (x'y / D + 1)^3, over all images.

    The mean of k over all pairs of the one, plus that of the other, less twice the mean between the two. No
    image is compared with itself.

    Range: from below 0 upwards, as estimates without bias of what is 0 must have it.
    """
    return _within(one.features) + _within(other.features) - 2 * _between(one, other)


def _within(x: Floats) -> float:
    images = len(x)
    own = float(_cube((x * x).sum(1), x.shape[1]).sum())
    return (_sum(x, x) - own) / (images * (images - 1))


def _between(one: Rows, other: Rows) -> float:
    return _sum(one.features, other.features) / (len(one.features) * len(other.features))


def _sum(x: Floats, y: Floats) -> float:
    starts = range(0, len(x), _BLOCK)
    return sum(float(_cube(x[n : n + _BLOCK] @ y.T, x.shape[1]).sum()) for n in starts)


def _cube(products: Floats, width: int) -> Floats:
    base = products / width + 1
    return np.asarray(base * base * base)
