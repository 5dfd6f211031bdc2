"""Peak signal-to-noise ratio."""

from math import inf, log10

import cv2
import numpy as np

from iqabench.images import Pair
from iqabench.metrics._metric import metric


@metric(
    title="Peak signal-to-noise ratio",
    unit="dB",
    better="higher",
    identical=inf,
    low=0.0,
    source="10 log10(255^2 / MSE), as in every table of the field",
)
def psnr(pair: Pair) -> float:
    """The peak of 255 against the mean squared error over all pixels and channels, in decibels.

    Range: 0 to infinity, which is the value of identical images.
    """
    error = pair.unit**2 * _squared_error(pair) / pair.counts[1].size
    return 10 * log10(pair.peak**2 / error) if error else inf


def _squared_error(pair: Pair) -> float:
    """Summed over all counts: in integers where they are integers, else in double."""
    output, target = pair.counts
    if output.dtype != target.dtype:
        output, target = output.astype(np.float64), target.astype(np.float64)
    return float(cv2.norm(output, target, cv2.NORM_L2SQR))
