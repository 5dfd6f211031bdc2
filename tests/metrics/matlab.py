"""Functions of MATLAB that metrics were written with, in double precision and slow."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.signal import convolve2d

from .damage import Plane


def conv2_same(plane: Plane, kernel: Plane) -> Plane:
    """The middle of the full convolution, where MATLAB has it: scipy's is off by one for even kernels."""
    full = convolve2d(plane, kernel)
    top, left = (side // 2 for side in kernel.shape)
    return np.asarray(full[top : top + plane.shape[0], left : left + plane.shape[1]])


def halved(plane: Plane) -> Plane:
    return conv2_same(plane, np.full((2, 2), 0.25))[::2, ::2]


def mixed(image: NDArray[Any], *weights: float) -> Plane:
    """A weighted sum of R, G and B; one channel stands for three."""
    coloured = np.broadcast_to(image.astype(np.float64), (*image.shape[:2], 3))
    return np.asarray(coloured @ np.array(weights))


def prewitt(plane: Plane) -> Plane:
    kernel = np.array([[1.0, 0, -1]] * 3) / 3
    return np.hypot(conv2_same(plane, kernel), conv2_same(plane, kernel.T))


def similar(a: Plane, b: Plane, c: float) -> Plane:
    return (2 * a * b + c) / (a * a + b * b + c)
