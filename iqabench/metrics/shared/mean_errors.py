"""Mean errors over all pixels that count and their channels, which PSNR, RMSE and MAE are made of."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair


def mean_squared(pair: Pair) -> float:
    """Return the mean squared error in squared 8-bit levels."""
    output, target = _alike(pair)
    return pair.unit**2 * float(cv2.norm(output, target, cv2.NORM_L2SQR)) / pair.counted


def mean_absolute(pair: Pair) -> float:
    """Return the mean absolute error in 8-bit levels."""
    output, target = _alike(pair)
    return pair.unit * float(cv2.norm(output, target, cv2.NORM_L1)) / pair.counted


def _alike(pair: Pair) -> tuple[NDArray[Any], NDArray[Any]]:
    """The counts, which are summed exactly where they are whole numbers; in double if their types differ."""
    output, target = pair.counts
    if output.dtype != target.dtype:
        return output.astype(np.float64), target.astype(np.float64)
    return output, target
