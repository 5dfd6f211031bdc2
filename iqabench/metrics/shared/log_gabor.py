"""Log-Gabor waves of five lengths in four directions, as MAD takes them from an image.

Kovesi's filters with the authors' settings, and their ways with odd sizes: frequencies are then taken for
half a step off, and brought in order by fftshift, where ifftshift would be due.
"""

from collections.abc import Iterator
from math import log, pi
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from iqabench.metrics.core.lazy import scipy_fft

SCALES = 5
_DIRECTIONS = 4
_SHORTEST = 3
"""The shortest wavelength, in pixels; the next are three times as long each."""
_BANDWIDTH = 0.55
_SPREAD = pi / _DIRECTIONS / 1.5

Plane = NDArray[np.float64]


class Wave(NamedTuple):
    """The amplitudes of one scale and direction."""

    scale: int
    output: NDArray[Any]
    target: NDArray[Any]


def waves(output: Plane, target: Plane, number: type[np.floating[Any]]) -> Iterator[Wave]:
    """The amplitudes, scale by scale, of two planes of one size, in some precision.

    Of flat planes, zeros.
    """
    complex_number = np.result_type(number, np.complex64)
    spectra = [
        scipy_fft.fft2(plane - plane.mean()).astype(complex_number) for plane in (output, target)
    ]
    y, x = (_frequencies(side) for side in output.shape)
    directions = [direction.astype(number) for direction in _directions(y, x)]
    radius = np.hypot(y[:, None], x)
    radius[0, 0] = 1
    logarithm = np.log(radius, out=radius)
    for scale in range(SCALES):
        distance = logarithm - log(2 / (_SHORTEST * 3**scale))
        ring = np.exp(distance * distance / (-2 * log(_BANDWIDTH) ** 2))
        ring[0, 0] = 0
        ring = ring.astype(number)
        for direction in directions:
            taps = ring * direction
            bands = (scipy_fft.ifft2(spectrum * taps, overwrite_x=True) for spectrum in spectra)
            yield Wave(scale, *(_amplitude(band) for band in bands))


def _frequencies(side: int) -> Plane:
    """Return frequencies in parts of the highest, zero first."""
    return np.asarray(np.fft.fftshift(np.arange(side) - side / 2) / (side / 2))


def _directions(y: Plane, x: Plane) -> list[Plane]:
    angle = np.arctan2(-y[:, None], x)
    result = []
    for direction in range(_DIRECTIONS):
        turned = np.abs(angle - direction * pi / _DIRECTIONS)
        turned = np.minimum(turned, 2 * pi - turned)
        result.append(np.exp(turned * turned / (-2 * _SPREAD**2)))
    return result


def _amplitude(waves: NDArray[Any]) -> NDArray[Any]:
    squares = waves.real**2
    squares += waves.imag**2
    return np.asarray(np.sqrt(squares))
