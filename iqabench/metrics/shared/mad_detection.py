"""The visibility of the errors of an image: the part of MAD for distortion near the threshold."""

from math import exp, sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.metrics.core.lazy import scipy_fft
from iqabench.metrics.shared.block_moments import RIM, SIDE, STEP, cell_sums, mean_and_deviation

_GAIN, _GAMMA = 0.02874, 2.2 / 3
"""The curve from pixels to lightness: the cube root of a display's luminance."""
_DARKEST = 0.5
"""The mean lightness below which no error is seen."""
_LEAST = exp(-5)
"""The contrast below which a block masks no less for being flatter."""
_HIGHEST = 32
"""Cycles a degree at the highest frequency."""
_SCALE = 200

Plane = NDArray[np.float64]


def visible(output: Plane, target: Plane) -> float:
    """The root mean square, over pixels, of the local mean squared error times how visible it is.

    The error is that of 16 x 16 pixels around each; the visibility that of the 16 x 16 which begin at the
    last pixel whose row and column are multiples of four.
    """
    middle = SIDE // 2 - 1
    errors = cv2.blur((output - target) ** 2, (SIDE, SIDE), anchor=(middle, middle))
    errors = errors[RIM : -RIM - 1, RIM : -RIM - 1]
    missing = [(0, -side % STEP) for side in errors.shape]
    squares = cell_sums(np.pad(errors * errors, missing))
    first = RIM // STEP
    visibility = _visibility(output, target)[first:, first:]
    visibility = visibility[: squares.shape[0], : squares.shape[1]]
    return _SCALE * sqrt(float((visibility * visibility * squares).sum()) / errors.size)


def is_too_dark(target: Plane) -> bool:
    """Return whether a target is so dark throughout that no error in it is seen, however large."""
    return bool(_GAIN * max(float(target.max()), 0.0) ** _GAMMA < _DARKEST)


def _visibility(output: Plane, target: Plane) -> Plane:
    """The logarithm of the error's contrast over what the target masks, of each block; 0 where it does."""
    sensitivity = _sensitivity(*target.shape)
    seen, original = (_seen(plane, sensitivity) for plane in (output, target))
    mean, _ = mean_and_deviation(original)
    _, error = mean_and_deviation(seen - original)
    _, texture = mean_and_deviation(original, SIDE // 2)
    masked = np.maximum(_quietest(texture, target.shape), _LEAST * mean)
    beyond = (mean >= _DARKEST) & (error > masked)
    ratio = np.divide(error, masked, out=np.ones_like(mean), where=beyond)
    return np.asarray(np.log(ratio))


def _quietest(texture: Plane, shape: tuple[int, ...]) -> Plane:
    """The least of each block, the next one down, the next across, and the next down and across.

    The authors look for them at the pixel five further, so that where a side is a multiple of four the
    last block is nobody's neighbour.
    """
    for axis, side in enumerate(shape):
        lines = np.moveaxis(texture, axis, 0).copy()
        count = len(lines) - (side % STEP == 0)
        lines[: count - 1] = np.minimum(lines[: count - 1], lines[1:count])
        texture = np.moveaxis(lines, 0, axis)
    return texture


def _seen(plane: Plane, sensitivity: Plane) -> Plane:
    """Lightness after the eye's contrast sensitivity."""
    lightness = _GAIN * np.maximum(plane, 0) ** _GAMMA
    return np.asarray(scipy_fft.irfft2(scipy_fft.rfft2(lightness) * sensitivity, plane.shape))


def _sensitivity(height: int, width: int) -> Plane:
    """Return the sensitivity (height, width // 2 + 1) for the spectrum of a real image, zero frequency first.

    Mannos and Sakrison's, level up to its peak, weaker along diagonals. The authors lay its middle between
    the four lowest frequencies of an even side and keep the real part of what comes out: that is the mean
    with its mirror image.
    """
    y, x = (np.arange(side) - (side - 1) / 2 for side in (height, width))
    frequency = np.hypot(y[:, None], x) * (2 * _HIGHEST / width)
    frequency /= 0.15 * np.cos(4 * np.arctan2(y[:, None], x)) + 0.85
    decline = 0.114 * frequency
    values = 2.6 * (0.0192 + decline) * np.exp(-(decline**1.1))
    values[frequency < 7.8909] = 0.9809
    values = np.fft.ifftshift(values)
    mirrored = np.roll(values[::-1, ::-1], 1, axis=(0, 1))
    return np.asarray((values + mirrored)[:, : width // 2 + 1] / 2)
