"""The pair shrunk until its shorter side has about 256 pixels, as FSIM, VSI and SR-SIM begin."""

from math import floor
from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image, Pair
from iqabench.metrics.shared.block_means import block_means

Doubles = NDArray[np.float64]

_NEAR = 256
YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])


class Planes(NamedTuple):
    """One component of both images, (h, w)."""

    output: Doubles
    target: Doubles


def factor(height: int, width: int) -> int:
    """Pixels that become one, a side: the shorter side over 256, a half rounded up as MATLAB does."""
    return max(1, floor(min(height, width) / _NEAR + 0.5))


def reduced(image: Image | NDArray[np.floating[Any]], by: int) -> NDArray[Any]:
    """Means of blocks of `by` x `by` pixels, zeros outside: (H, W) or (H, W, C) to ceil(H / by) ...

    A block of odd side is centred on the pixel it is sampled at, so the first one lies half outside; of
    even side it reaches one pixel further down and right. The authors' conv2(..., 'same') does this.

    Of 8-bit images the means are exact, which a small power of them may need: near 0, x^0.02 is steep.

    Returns: float32 for float32, otherwise float64.
    """
    number = np.float64 if image.dtype == np.float64 else np.float32
    if by == 1:
        return image if image.dtype == number else image.astype(np.float64)
    means = block_means(image, by, (by - 1) // 2, number)
    small = means.reshape(*means.shape[:2], *image.shape[2:])
    if image.dtype != np.uint8:
        return small
    area = by * by
    return np.rint(small * np.float64(area)) / area


def components(pair: Pair, colours: Doubles) -> list[Planes]:
    """The reduced pair in another colour space, one row of `colours` a component.

    One channel counts as R = G = B.
    """
    output, target = pair.shared("reduced", _both)
    return [
        Planes(*planes)
        for planes in zip(_mixed(output, colours), _mixed(target, colours), strict=True)
    ]


def yiq(pair: Pair) -> list[Planes]:
    """Y, I and Q of the reduced pair with the authors' three-digit weights; made once a pair."""
    return pair.shared("reduced yiq", lambda p: components(p, YIQ))


def _both(pair: Pair) -> tuple[NDArray[Any], NDArray[Any]]:
    by = factor(*pair.shape[:2])
    return reduced(pair.output, by), reduced(pair.target, by)


def _mixed(image: NDArray[Any], colours: Doubles) -> list[Doubles]:
    image = image.astype(np.float64)
    if image.shape[2] == 1:
        # 0.596 - 0.274 - 0.322 is zero, but for rounding.
        return [image[:, :, 0] * round(float(row.sum()), 9) for row in colours]
    mixes = (np.asarray(cv2.transform(image, row[None]), np.float64) for row in colours)
    return [mix.reshape(image.shape[:2]) for mix in mixes]
