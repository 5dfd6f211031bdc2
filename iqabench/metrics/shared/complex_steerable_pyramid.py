"""One level of the complex steerable pyramid.

Portilla and Simoncelli's pyramid ("A parametric texture model based on joint statistics of complex
wavelet coefficients", IJCV 40(1), 2000), buildSCFpyr of matlabPyrTools: in the plane of frequencies, a
band of level L is cos(pi/2 (log2 r + L)) across the two octaves around 2^-L of the highest frequency,
times a power of the cosine of the angle, of one half plane. The low-pass filters of the levels above are
1 there, so that a level can be computed on its own: from the middle of the spectrum, at its own size.
matlabPyrTools looks both factors up in tables, between whose places it interpolates; they are computed here.
"""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from iqabench.metrics.core.lazy import scipy_fft

Plane = NDArray[np.float64]
Bands = NDArray[np.complex128]


def complex_bands(plane: Plane, level: int, orientations: int) -> Bands:
    """Shape (orientations, h, w), h and w the plane's sides halved (level - 1) times, odd ones upwards.

    Up to a factor, the same for all. A flat plane gives zeros.
    """
    height, width = plane.shape
    spectrum = _middle(plane - plane.mean(), _halved(height, level), _halved(width, level))
    y, x = (_steps(side) for side in spectrum.shape)
    y, x = y[:, None] / (height / 2), x[None] / (width / 2)
    spectrum *= _ring(np.hypot(y, x), level)
    angle = np.arctan2(y, x)
    bands = np.empty((orientations, *spectrum.shape), np.complex128)
    for number in range(orientations):
        along = np.maximum(np.cos(angle - np.pi * number / orientations), 0)
        bands[number] = scipy_fft.ifft2(spectrum * along ** (orientations - 1))
    return bands


def _halved(side: int, level: int) -> int:
    for _ in range(level - 1):
        side = (side + 1) // 2
    return side


def _steps(side: int) -> NDArray[Any]:
    """Whole frequencies of a side, zero first."""
    return np.fft.ifftshift(np.arange(side) - side // 2)


def _middle(plane: Plane, height: int, width: int) -> Bands:
    """The lowest frequencies of a plane's spectrum, zero first; only they are computed."""
    y, x = _steps(height), _steps(width)
    columns = np.asarray(scipy_fft.fft(scipy_fft.rfft(plane, axis=1)[:, : width // 2 + 1], axis=0))
    right = columns[y[:, None], np.abs(x)]
    left = columns[-y[:, None], np.abs(x)].conj()
    middle: Bands = np.where(x < 0, left, right)
    return middle


def _ring(radius: Plane, level: int) -> Plane:
    radius[0, 0] = 1
    octaves = np.log2(radius) + level
    octaves[0, 0] = 1
    ring: Plane = np.where(np.abs(octaves) < 1, np.cos(np.pi / 2 * octaves), 0)
    return ring
