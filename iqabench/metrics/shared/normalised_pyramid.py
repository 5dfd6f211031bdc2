"""The Laplacian pyramid with divisive normalisation of Laparra et al., 2016.

The constants are those of the authors' code NLP_dist, which learned them from photographs.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float64]


class _PyramidLevel(NamedTuple):
    """The normalisation of one level: weights of a pixel's neighbours, and what is added to their sum."""

    below: float
    above: float
    right: float
    left: float
    far_left: float
    constant: float


_LEVELS = (
    _PyramidLevel(0.1011, 0.1015, 0.1493, 0.1460, 0.0072, 0.0248),
    _PyramidLevel(0.0757, 0.0837, 0.1986, 0.1846, 0, 0.0185),
    _PyramidLevel(0.0477, 0.0467, 0.2138, 0.2243, 0, 0.0179),
    _PyramidLevel(0, 0, 0.2503, 0.2616, 0, 0.0191),
    _PyramidLevel(0, 0, 0.2598, 0.2552, 0, 0.0220),
    _PyramidLevel(0, 0, 0.2215, 0.0717, 0, 0.2782),
)
LEAST = 2 ** (len(_LEVELS) - 1)
"""Pixels a side of which the coarsest level has one."""
_LOW_PASS = np.array([0.05, 0.25, 0.4, 0.25, 0.05])


def normalised_pyramid(plane: Plane) -> list[Plane]:
    """Six levels from fine to coarse, the last of which is the low-pass remainder.

    Shapes: (H, W) in 0..1; each level has half the rows and columns, rounded up, of the one before.
    """
    levels = []
    for level in _LEVELS[:-1]:
        blurred = cv2.sepFilter2D(plane, -1, _LOW_PASS, _LOW_PASS, borderType=cv2.BORDER_REFLECT)
        coarse = np.array(blurred[::2, ::2], np.float64)
        levels.append(_normalised(plane - _enlarged(coarse, plane.shape), level))
        plane = coarse
    return [*levels, _normalised(plane, _LEVELS[-1])]


def _enlarged(plane: Plane, shape: tuple[int, ...]) -> Plane:
    """Twice the size and cut to `shape`: the low-pass filter over pixels set apart by zeros."""
    around = np.pad(plane, 1, mode="edge")
    apart = np.zeros((2 * around.shape[0], 2 * around.shape[1]))
    apart[::2, ::2] = around
    twice = 2 * _LOW_PASS
    filtered = cv2.sepFilter2D(apart, -1, twice, twice, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(filtered[2 : 2 + shape[0], 2 : 2 + shape[1]], np.float64)


def _normalised(plane: Plane, level: _PyramidLevel) -> Plane:
    """Each value divided by the weighted sum of its neighbours' magnitudes; none lie outside."""
    weights = np.zeros((3, 5))
    weights[[0, 2, 1, 1, 1], [2, 2, 3, 1, 0]] = (
        level.above,
        level.below,
        level.right,
        level.left,
        level.far_left,
    )
    around = cv2.filter2D(np.abs(plane), -1, weights, borderType=cv2.BORDER_CONSTANT)
    normalised: Plane = plane / (around + level.constant)
    return normalised
