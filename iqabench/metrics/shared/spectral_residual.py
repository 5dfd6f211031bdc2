"""Saliency as what an image's log spectrum has beyond its own local mean (Hou and Zhang, CVPR 2007)."""

import cv2
import numpy as np

from iqabench.images.imresize import imresize
from iqabench.metrics.core.lazy import scipy_fft
from iqabench.metrics.shared.downsampling import Doubles

WINDOW = 10
"""Pixels a side of the Gaussian that smooths the map, which is a quarter as large as the image."""
QUARTER = 0.25

SIGMA = 3.8
NOTHING = 1e-13
"""The amplitude, of the largest, below which there is only rounding."""


def spectral_residual(plane: Doubles) -> Doubles:
    """The saliency of a plane (h, w), about 0 to 1; zeros if it is flat.

    Frequencies that the plane lacks, of which the definition would take the logarithm of zero, stay out.
    """
    if plane.min() == plane.max():
        return np.zeros(plane.shape)
    small = imresize(plane, QUARTER)
    spectrum = scipy_fft.fft2(small)
    amplitude = np.abs(spectrum)
    least = NOTHING * float(amplitude.max())
    spectrum[amplitude <= least] = 0
    logarithm = np.log(np.maximum(amplitude, least))
    mean = np.asarray(cv2.blur(logarithm, (3, 3), borderType=cv2.BORDER_REPLICATE))
    residual = np.abs(scipy_fft.ifft2(spectrum * np.exp(-mean))) ** 2
    saliency = _normalised(_smooth(residual))
    scales = plane.shape[0] / small.shape[0], plane.shape[1] / small.shape[1]
    # imresize rounds sizes up: a product a little above the whole number gives a row too many.
    return np.asarray(imresize(saliency, scales)[: plane.shape[0], : plane.shape[1]])


def _smooth(plane: Doubles) -> Doubles:
    """Zeros outside; of its even window MATLAB takes the fifth pixel as the middle."""
    # cv2.getGaussianKernel is for odd windows: of an even one its taps are off by 1 %.
    taps = np.exp(-((np.arange(WINDOW) - (WINDOW - 1) / 2) ** 2) / (2 * SIGMA**2))
    taps /= taps.sum()
    anchor = ((WINDOW - 1) // 2, (WINDOW - 1) // 2)
    border = cv2.BORDER_CONSTANT
    return np.asarray(cv2.sepFilter2D(plane, -1, taps, taps, anchor=anchor, borderType=border))


def _normalised(plane: Doubles) -> Doubles:
    low, high = float(plane.min()), float(plane.max())
    return (plane - low) / (high - low) if high > low else np.zeros_like(plane)
