"""The features of IL-NIQE: structure, gradients, colour, and responses to log-Gabor filters."""

from collections.abc import Iterator
from functools import lru_cache
from math import ceil
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images.imresize import imresize
from iqabench.metrics.shared.natural_scene_statistics import (
    Doubles,
    asymmetric,
    blocks,
    gaussian,
    in_groups,
    mscn,
    shapes,
    sums,
)
from iqabench.metrics.shared.niqe_model import block_features
from iqabench.metrics.shared.weibull import weibull

SIDE = 524
"""The side that every image is resized to, whatever its shape."""
BLOCK = 84
_WHOLE = SIDE // BLOCK * BLOCK

_OPPONENT = np.array([[0.3, 0.04, -0.35], [0.34, -0.6, 0.17], [0.06, 0.63, 0.27]])
"""RGB to O1, O2, O3; the third is much like luminance."""
_EPS = float(np.finfo(np.float64).eps)
_DARK = 1e-5
"""Levels that are added before a logarithm is taken."""
_ROUNDING = 1e-10
"""A derivative of less is one of rounding: it is zero, where the image is flat."""

_DERIVATIVE, _DERIVATIVE_FALLS = 1.66, 0.28
"""Sigma of the Gaussian derivatives, and the power of the scale that it is divided by."""
_WAVE, _WAVE_FALLS = 2.4, 0.87
"""Shortest wavelength, and likewise."""
_WAVE_STEP, _WAVES, _ANGLES = 1.31, 3, 4
_WAVE_SIGMA = 0.55
_ANGLE_SIGMA = np.pi / _ANGLES / 1.1
_DOWN = 0.9
"""Sigma before every second pixel is taken."""


def features(rgb: NDArray[np.uint8]) -> Doubles:
    """The 468 features of 36 blocks of the image at 524 x 524: 234 at each of two sizes.

    Where a block is flat, some features are not numbers, or infinite.

    Shapes: (H, W, 3) to (36, 468).
    """
    image: Doubles = resized(rgb)[:_WHOLE, :_WHOLE].astype(np.float64)
    opponent = np.asarray(cv2.transform(image, _OPPONENT), np.float64)
    result: list[Doubles] = []
    for scale in (1, 2):
        result.append(_features(image, opponent, scale))
        image, opponent = _halved(image), _halved(opponent)
    return np.hstack(result)


def resized(rgb: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """Return the image at 524 x 524, by MATLAB's imresize, which rounds to 8 bits."""
    height, width = rgb.shape[:2]
    result = imresize(rgb, (SIDE / height, SIDE / width))
    return np.asarray(result[:SIDE, :SIDE], np.uint8)  # rounding may have made one line more


def _halved(image: Doubles) -> Doubles:
    """Smoothed by 6 x 6 weights, of which MATLAB takes the third as the centre, and every second pixel."""
    kernel = gaussian(ceil(6 * _DOWN), _DOWN)
    centre = ((len(kernel) - 1) // 2,) * 2
    smooth = cv2.sepFilter2D(
        image, -1, kernel, kernel, anchor=centre, borderType=cv2.BORDER_REPLICATE
    )
    return np.ascontiguousarray(smooth[::2, ::2])


def _features(image: Doubles, opponent: Doubles, scale: int) -> Doubles:
    """Return the features of one size, in the authors' order; (36, 234)."""
    size = BLOCK // scale
    sigma = _DERIVATIVE / scale**_DERIVATIVE_FALLS
    light = np.ascontiguousarray(opponent[:, :, 2])
    across, down = _derivatives(opponent, sigma)
    parts = [block_features(blocks(mscn(light, side=5), size))]
    parts += _weibulls(across, down, size)
    parts += [_moments(plane, size) for plane in _planes(_log_opponent(image))]
    for pair in zip(_planes(across), _planes(down), strict=True):
        parts += [_fits(plane, size) for plane in pair]
    responses, derivatives, magnitudes = [], [], []
    for response in _responses(light, scale):
        across, down = _derivatives(response, sigma)
        responses += [_fits(plane, size) for plane in _planes(response)]
        for pair in zip(_planes(across), _planes(down), strict=True):
            derivatives += [_fits(plane, size) for plane in pair]
        magnitudes += _weibulls(across, down, size)
    return np.hstack([*parts, *responses, *derivatives, *magnitudes])


def _planes(image: Doubles) -> Iterator[Doubles]:
    return (np.asarray(plane, np.float64) for plane in cv2.split(image))


def _derivatives(image: Doubles, sigma: float) -> tuple[Doubles, Doubles]:
    """Return the negative derivatives by x and by y of the Gaussian mean, zeros around the image."""
    reach = ceil(3 * sigma)
    x = np.arange(-reach, reach + 1)
    bell = np.exp(-(x**2) / (2 * sigma**2))
    return _filtered(image, x * bell, bell), _filtered(image, bell, x * bell)


def _filtered(image: Doubles, across: NDArray[Any], down: NDArray[Any]) -> Doubles:
    result = np.asarray(
        cv2.sepFilter2D(image, -1, across, down, borderType=cv2.BORDER_CONSTANT), np.float64
    )
    result[np.abs(result) < _ROUNDING] = 0
    return result


def _log_opponent(image: Doubles) -> Doubles:
    """Logarithms without their means, as intensity, blue against yellow and red against green."""
    logs = np.log(image + _DARK)
    logs -= logs.mean(axis=(0, 1))
    turned = np.array([[1, 1, 1], [1, 1, -2], [1, -1, 0]]) / np.sqrt([[3], [6], [2]])
    return np.asarray(cv2.transform(logs, turned))


def _responses(light: Doubles, scale: int) -> Iterator[Doubles]:
    """Real and imaginary part, (H, W, 2), of every log-Gabor response, wavelength by wavelength."""
    waves, angles = _gabor(light.shape[0], scale)
    spectrum = np.fft.fft2(light)
    for wave in waves:
        banded = spectrum * wave
        for angle in angles:
            response = np.fft.ifft2(banded * angle)
            yield np.stack([response.real, response.imag], axis=2)


@lru_cache(maxsize=2)
def _gabor(side: int, scale: int) -> tuple[Doubles, Doubles]:
    """Return the gains of the filters by frequency, (3, H, W), and by direction, (4, H, W)."""
    frequency = np.fft.fftfreq(side)
    x, y = frequency[None, :], frequency[:, None]
    radius = np.hypot(x, y)
    radius[0, 0] = 1
    lengths = _WAVE / scale**_WAVE_FALLS * _WAVE_STEP ** np.arange(_WAVES)
    waves = np.exp(-(np.log(radius * lengths[:, None, None]) ** 2) / (2 * np.log(_WAVE_SIGMA) ** 2))
    waves[:, 0, 0] = 0
    turn = np.arange(_ANGLES)[:, None, None] * (np.pi / _ANGLES)
    apart = np.arctan2(-y, x) - turn
    apart = np.abs(np.arctan2(np.sin(apart), np.cos(apart)))
    return waves, np.exp(-(apart**2) / (2 * _ANGLE_SIGMA**2))


def _fits(plane: Doubles, size: int) -> Doubles:
    """Shape and mean scale of an asymmetric generalised Gaussian, of every block; (N, 2)."""
    table = shapes()
    parts = [sums(group) for group in in_groups(_rows(plane, size))]
    entry, left, right = asymmetric(np.vstack(parts))
    scale = table.scale[entry]
    return np.column_stack([table.shape[entry], (left * scale + right * scale) / 2])


def _weibulls(across: Doubles, down: Doubles, size: int) -> list[Doubles]:
    """Scale and shape of the gradient's magnitude in every block, plane by plane; (N, 2) each."""
    result = []
    for x, y in zip(_planes(across), _planes(down), strict=True):
        magnitude = np.sqrt(x * x + y * y) + _EPS
        result.append(np.column_stack(weibull(_rows(magnitude, size))))
    return result


def _moments(plane: Doubles, size: int) -> Doubles:
    """Mean and variance of every block; (N, 2)."""
    rows = _rows(plane, size)
    return np.column_stack([rows.mean(axis=1), rows.var(axis=1, ddof=1)])


def _rows(plane: Doubles, size: int) -> Doubles:
    """The values of every block in a row; (H, W) to (N, P)."""
    return blocks(plane, size).reshape(-1, size * size)
