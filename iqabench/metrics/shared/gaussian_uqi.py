"""The universal quality index in Gaussian windows of 11x11 pixels, as pan-sharpening uses it."""

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.errors import MetricError

Plane = NDArray[np.float64]
"""(H, W)."""

_SIDE = 11
_SIGMA = 1.5
_MARGIN = _SIDE // 2


def gaussian_uqi(first: Plane, second: Plane) -> float:
    """Return the mean of the index over all windows within two planes, without constants.

    A window that is flat in both planes counts 0, as in torchmetrics.

    Raises: MetricError for planes smaller than a window.
    """
    if min(first.shape) < _SIDE:
        raise MetricError(
            f"the index needs planes of at least {_SIDE} pixels a side; one is "
            f"{first.shape[1]}x{first.shape[0]}."
        )
    mean_1, mean_2 = _local(first), _local(second)
    variances = np.maximum(_local(first * first) - mean_1**2, 0)
    variances += np.maximum(_local(second * second) - mean_2**2, 0)
    covariance = _local(first * second) - mean_1 * mean_2
    below = (mean_1**2 + mean_2**2) * variances
    index = np.divide(
        4 * mean_1 * mean_2 * covariance, below, out=np.zeros_like(below), where=below > 0
    )
    return float(index.mean())


def _local(plane: Plane) -> Plane:
    """Return the weighted mean of each window that lies within the plane."""
    distance = np.arange(_SIDE) - _MARGIN
    weights = np.exp(-0.5 * (distance / _SIGMA) ** 2)
    weights /= weights.sum()
    filtered = np.asarray(cv2.sepFilter2D(plane, cv2.CV_64F, weights, weights), dtype=np.float64)
    return filtered[_MARGIN:-_MARGIN, _MARGIN:-_MARGIN]
