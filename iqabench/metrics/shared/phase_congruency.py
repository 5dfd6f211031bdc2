"""Phase congruency: where the waves of an image, whatever their length, are in step.

Kovesi's measure with log-Gabor filters of four wavelengths in four directions, as the authors of FSIM
use it. Amplitude, energy and noise are theirs; two things are arranged otherwise:

- The expected noise is a sum over the squares and products of the filters' impulse responses. By
  Parseval's theorem that is a sum over the filters themselves, a constant of the image's size, so no
  filter is transformed.
- The plane is centred first, which no filter sees: single precision keeps its digits for what varies.

Single precision is enough where the noise threshold covers its rounding. In an image that is mostly
flat, such as a page of text, the threshold is next to nothing, and the ratio of energy to amplitude far
from any edge is one of rounding errors (9e-7 in FSIM was seen). It is computed once more, in double.
"""

from functools import lru_cache
from math import inf, log, pi, sqrt
from typing import Any, NamedTuple, TypeVar

import numpy as np
from numpy.typing import NDArray

from iqabench.metrics.core.lazy import scipy_fft
from iqabench.metrics.shared.downsampling import Doubles

Number = TypeVar("Number", bound=np.floating)

SHORTEST = 6
"""The shortest wavelength, in pixels."""

_SCALES = 4
_DIRECTIONS = 4
_BANDWIDTH = 0.55
_SPREAD = pi / _DIRECTIONS / 1.2
_CUTOFF, _ORDER = 0.45, 15
EPSILON = 1e-4
"""Added to an amplitude before it divides."""
_DEVIATIONS = 2.0
"""The deviations of the noise's energy above its mean up to which energy does not count."""
_OVERESTIMATE = 1.7
"""The overestimate of the noise, found by Kovesi for this measure."""
_COVERS = 0.2
"""The noise threshold, in levels, from which on single precision is enough."""


class FilterBank(NamedTuple):
    """Log-Gabor filters of one size, and the noise that they let through."""

    filters: NDArray[Any]
    """Shape (directions, scales, h, w), zero frequency at the corner."""
    noise: list[float]
    """The noise threshold of each direction: the threshold squared over the median squared amplitude."""


def phase_congruency(plane: Doubles) -> Doubles:
    """Between 0 and 1 at each point of a plane (h, w) of at least two pixels a side; 0 where it is flat."""
    if plane.min() == plane.max():
        return np.zeros(plane.shape)
    centred = plane - plane.mean()
    result, threshold = _congruency(centred.astype(np.float32))
    return result if threshold >= _COVERS else _congruency(centred)[0]


def _congruency(plane: NDArray[Number]) -> tuple[Doubles, float]:
    """Return phase congruency in the plane's precision, and the least noise threshold in levels."""
    bank = filter_bank(*plane.shape, plane.dtype)
    spectrum = scipy_fft.fft2(plane)
    energies, amplitudes = np.zeros_like(plane), np.zeros_like(plane)
    least = inf
    for filters, noise in zip(bank.filters, bank.noise, strict=True):
        waves = scipy_fft.ifft2(spectrum * filters, overwrite_x=True)
        even, odd = np.ascontiguousarray(waves.real), np.ascontiguousarray(waves.imag)
        squares = even * even
        squares += odd * odd
        threshold = sqrt(noise * float(np.median(squares[0])))
        least = min(least, threshold)
        amplitudes += np.sqrt(squares, out=squares).sum(axis=0)
        energies += np.maximum(_energy(even, odd) - plane.dtype.type(threshold), 0)
    congruency = np.zeros(plane.shape)
    return np.divide(energies, amplitudes, out=congruency, where=amplitudes > 0), least


def _energy(even: NDArray[Number], odd: NDArray[Number]) -> NDArray[Number]:
    """Return what the waves have along their mean direction, less what they have across."""
    x, y = even.sum(axis=0), odd.sum(axis=0)
    length = np.sqrt(x * x + y * y)
    inverse = 1 / (length + even.dtype.type(EPSILON))
    across = even * (y * inverse)
    across -= odd * (x * inverse)
    along: NDArray[Number] = length * length * inverse
    along -= np.abs(across, out=across).sum(axis=0)
    return along


@lru_cache(maxsize=4)
def filter_bank(height: int, width: int, number: np.dtype[Any]) -> FilterBank:
    """Return the filters for images (height, width), in that precision."""
    y, x = np.meshgrid(_frequencies(height), _frequencies(width), indexing="ij")
    radius = np.hypot(x, y)
    low_pass = 1 / (1 + (radius / _CUTOFF) ** (2 * _ORDER))
    radius[0, 0] = 1
    logarithm = np.log(radius)
    bands = np.empty((_SCALES, height, width))
    for scale in range(_SCALES):
        distance = logarithm + log(SHORTEST * 2**scale)
        bands[scale] = np.exp(distance * distance / (-2 * log(_BANDWIDTH) ** 2)) * low_pass
    bands[:, 0, 0] = 0
    angle = np.arctan2(-y, x)
    filters = np.empty((_DIRECTIONS, _SCALES, height, width), number)
    noise = []
    for direction in range(_DIRECTIONS):
        turned = np.abs(angle - direction * pi / _DIRECTIONS)
        turned = np.minimum(turned, 2 * pi - turned)
        part = bands * np.exp(turned * turned / (-2 * _SPREAD**2))
        filters[direction] = part
        noise.append(_noise(part))
    filters.setflags(write=False)
    return FilterBank(filters, noise)


def _frequencies(size: int) -> Doubles:
    """Return frequencies in cycles a pixel, zero first.

    The authors divide an odd size by one less.
    """
    return np.fft.ifftshift(np.arange(size) - size // 2) / (size - size % 2)


def _noise(filters: Doubles) -> float:
    """The threshold is a Rayleigh distribution's mean and deviations, its parameter from the median."""
    together = filters.sum(axis=0)
    mirrored = np.roll(together[::-1, ::-1], 1, axis=(0, 1))
    power = ((together + mirrored) ** 2).sum() / 4 / (filters[0] ** 2).sum() / log(2)
    deviations = sqrt(pi / 2) + _DEVIATIONS * sqrt(2 - pi / 2)
    return float(power) * (deviations / _OVERESTIMATE) ** 2
