"""The traces of JPEG in pixels: the coefficients of 8x8 blocks lie on multiples of the quantisation steps.

The luma of an image that was saved as JPEG and decoded has, in each frequency of the 8x8 blocks, values near
multiples of one step; those of other images lie anywhere. For a step q the mean of cos(2 pi c / q) over the
values c measures it: 1 on multiples, about 0 elsewhere. The steps tried are those of libjpeg's tables, which
OpenCV, Pillow, MATLAB and libjpeg-turbo share.
"""

from functools import cache
from math import log10
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.degradations.jpeg import jpeg
from iqabench.images import Image

Doubles = NDArray[np.float64]

_TABLE = np.array(
    [
        [16, 11, 10, 16, 24, 40, 51, 61],
        [12, 12, 14, 19, 26, 58, 60, 55],
        [14, 13, 16, 24, 40, 57, 69, 56],
        [14, 17, 22, 29, 51, 87, 80, 62],
        [18, 22, 37, 56, 68, 109, 103, 77],
        [24, 35, 55, 64, 81, 104, 113, 92],
        [49, 64, 78, 87, 103, 121, 120, 101],
        [72, 92, 95, 98, 112, 100, 103, 99],
    ]
)
"""The luma table of ITU-T T.81, annex K."""
_LUMA = np.array([[0.299, 0.587, 0.114]])
_QUALITIES = range(20, 98)
_LEAST_STEP = 3
"""The smallest step that rounding to 8 bits leaves visible."""
_LEAST_VALUES = 40
_MOST_BLOCKS = 1500
_SURE = 0.4
"""The mean of cosines above which the steps are those of JPEG: clean outputs have
0 at most, those near a target that was JPEG itself 0.22."""


class Traces(NamedTuple):
    """The JPEG that an image went through."""

    quality: int
    """The quality by libjpeg's scale, about."""
    strength: float
    """The mean of cosines: 1 for values on multiples of the steps, 0 for others."""


def traces(image: Image) -> Traces | None:
    """Return the traces of JPEG in an image, if there are any; those of quality above 97 are not seen.

    Shapes: (H, W, C), 8-bit levels.
    """
    if min(image.shape[:2]) < 32:
        return None
    values = _coefficients(image)
    best = max((_strength(values, q), q) for q in _QUALITIES)
    return Traces(best[1], best[0]) if best[0] >= _SURE else None


def jpeg_error(output: Image, target: Image, quality: int, scale: int) -> float:
    """Return how many dB JPEG of a quality cost an output, about.

    A second one, on another grid of blocks, costs as much.

    Shapes: both (H, W, 3), 8-bit.
    """
    o, t = (np.ascontiguousarray(image[4:, 4:]) for image in (output, target))
    again = jpeg(o, quality=quality)
    first, second = (_squared(image, t, scale) for image in (o, again))
    without = max(2 * first - second, 0.2 * first)
    return 10 * log10(first / without) if first else 0.0


def _squared(output: Image, target: Image, scale: int) -> float:
    inner = slice(scale, -scale)
    difference = (output[inner, inner].astype(np.float64) - target[inner, inner]) @ _LUMA[0]
    return float((difference**2).mean())


def _coefficients(image: Image) -> Doubles:
    """Return the cosine coefficients of the luma's blocks, (blocks, 8, 8)."""
    pixels = image.astype(np.float64)
    plane = cv2.transform(pixels, _LUMA) if image.shape[2] == 3 else pixels[:, :, 0]
    rows, columns = (side // 8 for side in plane.shape)
    blocks = plane[: rows * 8, : columns * 8].reshape(rows, 8, columns, 8).swapaxes(1, 2)
    blocks = blocks.reshape(-1, 8, 8)[:: max(1, rows * columns // _MOST_BLOCKS)]
    basis = _basis()
    return np.asarray(basis @ (blocks - 128) @ basis.T)


@cache
def _basis() -> Doubles:
    at = np.arange(8)
    basis = np.cos((2 * at[None] + 1) * at[:, None] * np.pi / 16) / 2
    basis[0] /= np.sqrt(2)
    return np.asarray(basis)


def _strength(values: Doubles, quality: int) -> float:
    """Return the mean of cosines over the values that a step of this quality would not make 0."""
    steps = quantisation(quality).astype(np.float64)
    tried = steps >= _LEAST_STEP
    tried[0, 0] = False
    scaled = values[:, tried] / steps[tried]
    scaled = scaled[np.abs(scaled) > 0.5]
    if scaled.size < _LEAST_VALUES:
        return 0.0
    return float(np.cos(2 * np.pi * scaled).mean())


def quantisation(quality: int) -> NDArray[np.int64]:
    """Return libjpeg's luma table of a quality, (8, 8)."""
    scale = 5000 // quality if quality < 50 else 200 - 2 * quality
    return np.asarray(np.clip((_TABLE * scale + 50) // 100, 1, 255))
