"""Similarity under a Gaussian window, which SSIM and its descendants share.

Three decisions make it fast. The sum s and the difference d of the two images stand for the images: with
their local means m and variances v, Gaussian-weighted,

    luminance = 1 - 2 m(d)^2 / (m(s)^2 + m(d)^2 + 2 C1)
    contrast  = 1 - 2 v(d)   / (v(s)   + v(d)   + 2 C2)

which needs four filterings instead of five and loses no digit where the images are alike. The images are
worked through in tiles, whose dozen intermediates stay in the processor's cache. And a tile is computed
in single precision, centred on its mean, unless rounding could be felt: a flat region far from that mean
loses its variance (1.2e-5 on a half black, half white target with a black output). There it is computed
once more, in double.
"""

from collections.abc import Iterator, Sequence
from math import ceil
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair

WINDOW = 11
"""Pixels a side of the window."""

SIGMA = 1.5
K1, K2 = 0.01, 0.03
_KERNEL = cv2.getGaussianKernel(WINDOW, SIGMA, cv2.CV_64F)
_EDGE = WINDOW // 2
_TILE = (128, 512)
"""Windows a tile has, about, downwards and across."""
_DOUBT = 5e-7
"""The estimated rounding error of a tile's mean beyond which it is computed in double."""
_FAINT = 1e-3
"""A similarity below which it is computed in double: descendants take small powers of it, which make much of
little."""
_SAMPLED = (slice(None, None, 5), slice(None, None, 7))
"""The windows on which that is estimated: steps that no JPEG block or screen pattern shares."""
_EVERY = 8
"""The rows whose mean a tile is centred on: any centre will do that is not far off."""
_DEPTH: dict[type[np.floating], int] = {np.float32: cv2.CV_32F, np.float64: cv2.CV_64F}

Plane = NDArray[Any]
"""(H, W), of any numeric type; float within a tile."""


class Similarity(NamedTuple):
    """Means over all windows that lie within the image."""

    full: float
    """Luminance x contrast: SSIM."""
    contrast: float
    """Only contrast and structure, as the finer scales of MS-SSIM have it."""


def similarities(pair: Pair) -> list[Similarity]:
    """The similarity of each channel of the pair, computed once."""
    return pair.shared("similarities", _channels)


def similarity(output: Plane, target: Plane) -> Similarity:
    """The similarity of two planes in 0..255 of at least `WINDOW` pixels a side, its logarithm exact, too."""
    result = _similarity(output, target, Pair.peak, 0.0, _DOUBT)
    return _similarity(output, target, Pair.peak, 0.0, 0.0) if is_faint(result) else result


def is_faint(result: Similarity) -> bool:
    """Return whether rounding that no mean would show could be felt in a small power of it."""
    return min(abs(result.full), abs(result.contrast)) < _FAINT


def _similarity(
    output: Plane, target: Plane, peak: float, offset: float, doubt: float
) -> Similarity:
    """Return the similarity of two planes; tiles whose estimated error is `doubt` or more are in double.

    `peak` and `offset` are in units of the planes: their largest value, and what black lacks to zero.
    """
    height, width = (side - 2 * _EDGE for side in target.shape)
    sums = np.zeros(3)
    for rows in _spans(height, _TILE[0]):
        for columns in _spans(width, _TILE[1]):
            sums += _tile(output[rows, columns], target[rows, columns], peak, offset, doubt)
    luminance, contrast, both = (sums / (height * width)).tolist()
    return Similarity(1 - 2 * luminance - 2 * contrast + 4 * both, 1 - 2 * contrast)


def blur(plane: Plane) -> Plane:
    """The Gaussian mean of every window that lies within the plane: 10 rows and columns fewer."""
    return inner(_blur(plane))


def inner(plane: Plane) -> Plane:
    """Return the part of the plane in which windows lie."""
    return plane[_EDGE:-_EDGE, _EDGE:-_EDGE]


def _blur(plane: Plane) -> Plane:
    """Return what `blur` does, with zeros around the plane."""
    return cv2.sepFilter2D(plane, -1, _KERNEL, _KERNEL, borderType=cv2.BORDER_CONSTANT)


def _channels(pair: Pair) -> list[Similarity]:
    peak, offset = pair.peak / pair.unit, pair.offset / pair.unit
    channels = zip(*(_split(counts) for counts in pair.counts), strict=True)
    return [_similarity(x, y, peak, offset, _DOUBT) for x, y in channels]


def _split(image: Plane) -> Sequence[Plane]:
    """The channels of (H, W, C); of one channel no copy is made."""
    return [image[:, :, 0]] if image.shape[2] == 1 else cv2.split(image)


def _spans(windows: int, size: int) -> Iterator[slice]:
    """The pixels that windows see, in even parts of about `size` windows."""
    step = ceil(windows / max(1, round(windows / size)))
    for start in range(0, windows, step):
        yield slice(start, start + step + 2 * _EDGE)


def _tile(
    output: Plane, target: Plane, peak: float, offset: float, accepted: float
) -> NDArray[np.float64]:
    """Sums over the tile's windows of half of what luminance and contrast lack to 1, and their product."""
    sums, doubt = _sums(output, target, peak, offset, np.float32)
    return sums if doubt < accepted else _sums(output, target, peak, offset, np.float64)[0]


def _sums(
    output: Plane, target: Plane, peak: float, offset: float, dtype: type[np.floating]
) -> tuple[NDArray[np.float64], float]:
    """Return what `_tile` does, in this precision, and the possible rounding error of mean contrast."""
    c1, c2 = 2 * (K1 * peak) ** 2, 2 * (K2 * peak) ** 2
    x, y = (float(np.rint(cv2.mean(plane[::_EVERY])[0])) for plane in (output, target))
    depth = _DEPTH[dtype]
    mean_s, variance_s = _moments(cv2.addWeighted(output, 1, target, 1, -x - y, dtype=depth))
    mean_d, variance_d = _moments(cv2.addWeighted(output, 1, target, -1, y - x, dtype=depth))
    doubt = float(np.finfo(dtype).eps) * _sensitivity(mean_s, variance_s, mean_d, variance_d, c2)
    variance_s = cv2.addWeighted(variance_s, 1, variance_d, 1, c2, dst=variance_s)
    contrast = np.divide(variance_d, variance_s, out=variance_d)
    mean_s += x + y + 2 * offset
    mean_d += x - y
    mean_s *= mean_s
    mean_d *= mean_d
    mean_s = cv2.addWeighted(mean_s, 1, mean_d, 1, c1, dst=mean_s)
    luminance = np.divide(mean_d, mean_s, out=mean_d)
    both = np.multiply(luminance, contrast, out=mean_s)
    return np.array([plane_sum(inner(part)) for part in (luminance, contrast, both)]), doubt


def plane_sum(plane: Plane) -> float:
    """The sum in double, column by column: cv2.sumElems adds in an order that depends on the address."""
    return float(cv2.reduce(plane, 0, cv2.REDUCE_SUM, dtype=cv2.CV_64F).sum())


def _moments(plane: Plane) -> tuple[Plane, Plane]:
    """Local mean and variance, with a rim on which they mean nothing; overwrites `plane`."""
    mean = _blur(plane)
    plane *= plane
    variance = _blur(plane)
    variance -= mean * mean
    return mean, variance


def _sensitivity(
    mean_s: Plane, variance_s: Plane, mean_d: Plane, variance_d: Plane, c2: float
) -> float:
    """The error of mean contrast, if the squares under the variances were off by 1 part in 1.

    Flat regions count most: where nothing varies, neither does the error, and the mean keeps it.
    Elsewhere it has either sign, and an eighth is more than was ever seen to remain.
    """
    s, d = variance_s[_SAMPLED], variance_d[_SAMPLED]
    whole = s + d + c2
    flat = c2 / 30  # a standard deviation of one level in each image
    of_s = mean_s[_SAMPLED] ** 2 * (1 / 8 + flat / (flat + s)) * d / whole
    of_d = mean_d[_SAMPLED] ** 2 * (1 / 8 + flat / (flat + d))
    return 2 * float(cv2.mean((of_s + of_d) / whole)[0])
