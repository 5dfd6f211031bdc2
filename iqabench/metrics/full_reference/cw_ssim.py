"""Complex wavelet structural similarity."""

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.complex_steerable_pyramid import complex_bands
from iqabench.metrics.shared.grey import grey

_LEVEL = 4
_ORIENTATIONS = 8
_WINDOW = 7
"""Coefficients a side of the window."""

Plane = NDArray[np.float64]


@metric(
    title="Complex wavelet structural similarity",
    better="higher",
    identical=1.0,
    low=0.0,
    high=1.0,
    min_size=2 ** (_LEVEL + 2),
    source="Sampat et al., Complex wavelet structural similarity: a new image similarity index, "
    "IEEE TIP 18(11), 2009",
    cost=24,
)
def cw_ssim(pair: Pair) -> float:
    """Return the similarity of complex wavelet coefficients, whatever turn of phase they have in common.

    Of luminance: 8 orientations of the fourth level of the complex steerable pyramid, which has an eighth
    of the image's size; windows of 7 x 7, weighted by a Gaussian about the middle. K = 0. The authors'
    program cwssim_index leaves level and orientations to its caller. These two are what IQA-PyTorch takes,
    from which most printed figures come, and fit images of 64 pixels; the authors' example has level 6 and
    16 orientations, which need 256 pixels and see next to nothing of what restoration does.

    Equals the authors' figures in MATLAB. Their masks are looked up in tables, with 1e-7 of difference in
    the value. Where neither image has any structure, and they divide zero by zero, it is the same.

    Range: 0 to 1, which is the value of identical images.
    Source: Sampat, Wang, Gupta, Bovik and Markey, IEEE TIP 18(11), 2009.
    """
    output, target = (
        complex_bands(plane.astype(np.float64), _LEVEL, _ORIENTATIONS) for plane in grey(pair)
    )
    weights = _weights(*target.shape[1:])
    lacks = [float((_lack(x, y) * weights).sum()) for x, y in zip(output, target, strict=True)]
    return max(1 - sum(lacks) / len(lacks), 0.0)


def _lack(x: NDArray[np.complex128], y: NDArray[np.complex128]) -> Plane:
    """Return 1 minus the similarity 2 |sum x conj(y)| / sum (|x|^2 + |y|^2) of each window."""
    real = _sum(x.real * y.real + x.imag * y.imag)
    imaginary = _sum(x.imag * y.real - x.real * y.imag)
    power = _sum(x.real * x.real + x.imag * x.imag + y.real * y.real + y.imag * y.imag)
    lack = np.zeros_like(power)
    np.divide(2 * np.sqrt(real * real + imaginary * imaginary), power, out=lack, where=power > 0)
    np.subtract(1, lack, out=lack, where=power > 0)
    return np.maximum(lack, 0)


def _sum(plane: Plane) -> Plane:
    """Return the sums over every window that lies within the band."""
    sums = cv2.boxFilter(plane, -1, (_WINDOW, _WINDOW), normalize=False)
    edge = _WINDOW // 2
    return np.asarray(sums[edge:-edge, edge:-edge], np.float64)


def _weights(height: int, width: int) -> Plane:
    """A Gaussian about the middle, its sigma a quarter of the band's height; their sum is 1."""
    y, x = (np.arange(side - _WINDOW + 1) - (side - _WINDOW) / 2 for side in (height, width))
    weights = np.exp((y[:, None] ** 2 + x**2) / (-2 * (height / 4) ** 2))
    return np.asarray(weights / weights.sum(), np.float64)
