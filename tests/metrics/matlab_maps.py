"""Steps that FSIM, VSI and SR-SIM have in common, as MATLAB takes them, in double precision."""

from math import floor

import cv2
import numpy as np
from numpy.typing import NDArray

from .damage import Pixels, photographs
from .matlab import conv2_same

Plane = NDArray[np.float64]

SIZES = [(241, 333), (383, 391), (384, 401), (385, 400), (640, 650), (641, 673), (896, 901)]
"""Odd and even, on both sides of the halves at which the factor rises: 1, 1, 2, 2, 3, 3, 4."""

_SCHARR = np.array([[3.0, 0, -3], [10, 0, -10], [3, 0, -3]]) / 16


def photograph(height: int, width: int, which: int) -> Pixels:
    """Enlarged, or cut, to that size."""
    image = cv2.resize(photographs()[which], (width, height), interpolation=cv2.INTER_CUBIC)
    return np.asarray(image, np.uint8)


def shrunk(plane: Plane) -> Plane:
    by = max(1, floor(min(plane.shape) / 256 + 0.5))
    return conv2_same(plane, np.full((by, by), 1 / by**2))[::by, ::by]


def scharr(plane: Plane) -> Plane:
    return np.asarray(np.hypot(conv2_same(plane, _SCHARR), conv2_same(plane, _SCHARR.T)))


def alike(planes: list[Plane], c: float) -> Plane:
    one, other = planes
    return (2 * one * other + c) / (one**2 + other**2 + c)


def opposed() -> tuple[Pixels, Pixels]:
    """Return two images of nearly the same Y and Q, one red and one blue."""
    grey = photographs()[0].mean(axis=2, keepdims=True) * 0.1 + 110
    tint = np.array((96, -27, -111))
    return np.asarray(grey - tint, np.uint8), np.asarray(grey + tint, np.uint8)


def tinted(target: Pixels) -> Pixels:
    return np.asarray(np.clip(target.astype(int) + np.array((12, -7, 4)), 0, 255), np.uint8)
