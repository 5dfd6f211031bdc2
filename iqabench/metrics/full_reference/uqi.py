"""Universal quality index."""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric

_WINDOW = 8
_PIXELS = _WINDOW**2
_STRIP = 32
"""Rows of windows that are worked through at a time, to stay in the processor's cache."""
_FLAT = 1e-13
"""The share of the squares below which a variance is a rounding error; of 8-bit pixels none is that low."""

Plane = NDArray[Any]
"""(H, W), of any numeric type; double from `_lack` on."""


@metric(
    title="Universal quality index",
    better="higher",
    identical=1.0,
    low=-1.0,
    high=1.0,
    min_size=_WINDOW,
    source="Wang & Bovik, A universal image quality index, IEEE Signal Processing Letters 9(3), 2002",
    cost=62,
)
def uqi(pair: Pair) -> float:
    """Return the forerunner of SSIM: without constants, over all windows of 8x8 pixels, evenly weighted.

    With the sum s and the difference d of both images, of means m and variances v in a window,

        index = (1 - 2 m(d)^2 / (m(s)^2 + m(d)^2)) (1 - 2 v(d) / (v(s) + v(d)))

    A factor that is 0/0, of windows that are flat or black in both images, is 1, as in the authors'
    MATLAB code. So that flat is flat, sums are of whole numbers, exact in double. Channels are averaged.

    Range: -1 to 1, which is the value of identical images.
    Source: Wang & Bovik, IEEE Signal Processing Letters 9(3), 2002.
    """
    height, width, channels = pair.shape
    black = 2 * _PIXELS * pair.offset / pair.unit
    total = 0.0
    for channel in range(channels):
        output, target = (counts[:, :, channel] for counts in pair.counts)
        for top in range(0, height - _WINDOW + 1, _STRIP):
            rows = slice(top, top + _STRIP + _WINDOW - 1)
            total += _lack(output[rows], target[rows], black)
    return 1 - total / ((height - _WINDOW + 1) * (width - _WINDOW + 1) * channels)


def _lack(output: Plane, target: Plane, black: float) -> float:
    """Return 1 minus the index, summed over the windows; `black` is what sums of zero counts stand for."""
    sum_s, square_s = _sums(cv2.addWeighted(output, 1, target, 1, 0, dtype=cv2.CV_64F))
    sum_d, square_d = _sums(cv2.addWeighted(output, 1, target, -1, 0, dtype=cv2.CV_64F))
    spread_d = np.maximum(square_d - sum_d * sum_d, 0)
    spread = square_s - sum_s * sum_s
    spread += spread_d
    square_s += square_d
    spread[spread <= _FLAT * square_s] = np.inf
    contrast = spread_d / spread
    sum_s += black
    sum_s *= sum_s
    sum_d *= sum_d
    sum_s += sum_d
    sum_s[sum_s == 0] = np.inf
    luminance = sum_d / sum_s
    return 2 * float((luminance + contrast - 2 * luminance * contrast).sum())


def _sums(plane: Plane) -> tuple[Plane, Plane]:
    """Return the sum of the pixels of every window, and that of their squares times their number."""
    size, (height, width) = (_WINDOW, _WINDOW), plane.shape
    within = slice(0, height - _WINDOW + 1), slice(0, width - _WINDOW + 1)
    both: Iterator[Plane] = (
        cv2.boxFilter(
            part, -1, size, anchor=(0, 0), normalize=False, borderType=cv2.BORDER_CONSTANT
        )
        for part in (plane, plane * plane)
    )
    sums, squares = (part[within] for part in both)
    return sums, squares * _PIXELS
