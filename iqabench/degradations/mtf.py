"""Reduction by the modulation transfer function of a sensor, for Wald's protocol."""

from functools import cache
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import ImageError, UsageError
from iqabench.images import Image

_SIDE = 41
"""The side of the filters."""

_GAINS: dict[str, tuple[tuple[float, ...], float]] = {
    "quickbird": ((0.34, 0.32, 0.30, 0.22), 0.15),
    "ikonos": ((0.26, 0.28, 0.29, 0.28), 0.17),
    "geoeye1": ((0.23,) * 4, 0.16),
    "worldview4": ((0.23,) * 4, 0.16),
    "worldview2": ((0.35,) * 7 + (0.27,), 0.11),
    "worldview3": ((0.325, 0.355, 0.360, 0.350, 0.365, 0.360, 0.335, 0.315), 0.14),
}
"""The gain at the Nyquist frequency of each multispectral band, and of the panchromatic one, by sensor."""


@degradation(
    title="Reduction by a sensor's transfer function",
    strength="scale",
    unit_of_strength="times smaller",
    usual=(4,),
    source="Wald's protocol with filters matched to the modulation transfer function: Aiazzi et al., PE&RS "
    "72(5), 2006; gains at Nyquist as in Vivone et al., IEEE GRSM 9(1), 2021",
)
def mtf(image: Image, *, scale: float, sensor: str) -> Image:
    """Filter each band by a Gaussian whose gain at the new Nyquist frequency is the sensor's; keep every
    scale-th pixel, from pixel scale/2 on.

    An image of one band is the panchromatic one. Filters have 41x41 coefficients, are designed by a rotated
    Kaiser window (beta 0.5), clipped at 0 and normalised to a sum of 1; edges are replicated.

    Shapes: (H, W, C) to (H/scale, W/scale, C), with sides that the scale divides.
    Returns: uint16 (rounded half up once, at the end) for uint16, else float64.
    Raises: UsageError for an unknown sensor or a scale that is not a whole number of 2 or more; ImageError
        for other bands than the sensor's and for sides that the scale does not divide.
    """
    if sensor not in _GAINS:
        raise UsageError(
            f"mtf was given the sensor '{sensor}'; expected one of {', '.join(_GAINS)}."
        )
    if not (2 <= scale < float("inf") and scale == int(scale)):
        raise UsageError(f"mtf was given the scale {scale}; expected a whole number such as 4.")
    ratio = int(scale)
    height, width, bands = image.shape
    if height % ratio or width % ratio:
        raise ImageError(
            f"mtf was given an image of {width}x{height}; expected sides that {ratio} divides."
        )
    planes = [
        cv2.filter2D(
            np.ascontiguousarray(image[:, :, band], dtype=np.float64),
            cv2.CV_64F,
            _filter(gain, ratio),
            borderType=cv2.BORDER_REPLICATE,
        )[ratio // 2 :: ratio, ratio // 2 :: ratio]
        for band, gain in enumerate(_gains(sensor, bands))
    ]
    reduced = np.stack(planes, axis=2)
    if image.dtype != np.uint16:
        return reduced
    rounded: Image = np.clip(np.floor(reduced + 0.5), 0, 65535).astype(np.uint16)
    return rounded


def _gains(sensor: str, bands: int) -> tuple[float, ...]:
    of_bands, of_pan = _GAINS[sensor]
    if bands == 1:
        return (of_pan,)
    if bands != len(of_bands):
        raise ImageError(
            f"mtf was given an image of {bands} bands; the sensor {sensor} has {len(of_bands)} multispectral "
            "bands and one panchromatic band."
        )
    return of_bands


@cache
def _filter(gain: float, ratio: int) -> NDArray[np.float64]:
    """Return the filter of a gain at the Nyquist frequency of the reduced image."""
    distance = np.arange(_SIDE) - _SIDE // 2
    radius = np.hypot(distance[:, None], distance[None, :])
    deviation = np.sqrt(((_SIDE - 1) / (2 * ratio)) ** 2 / (-2 * np.log(gain)))
    response = np.exp(-0.5 * (radius / deviation) ** 2)
    spatial = np.fft.fftshift(np.fft.ifft2(np.fft.ifftshift(response))).real
    window = np.interp(radius, distance[_SIDE // 2 :], np.kaiser(_SIDE, 0.5)[_SIDE // 2 :], right=0)
    taps: NDArray[Any] = np.maximum(spatial * window, 0)
    return np.asarray(taps / taps.sum(), dtype=np.float64)
