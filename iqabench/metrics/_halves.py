"""Images at a half, a quarter, an eighth of their size: means of 2 x 2 pixels.

An odd side is continued by zeros, as conv2(image, ones(2) / 4, 'same') with every second pixel kept has
it, which is how the authors' MATLAB programs of this family begin.
"""

from typing import Any, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image, Pair
from iqabench.metrics._grey import grey

Plane = NDArray[Any]
"""Of float32."""


class Halves(NamedTuple):
    """Of output and target, in float32: (H, W) if grey, else (H, W, 3)."""

    output: Plane
    target: Plane


def grey_halves(pair: Pair, times: int) -> Halves:
    """The pair in grey, halved so many times (0: as it is), computed once."""
    if times == 0:
        return Halves(*grey(pair))
    return pair.shared(f"grey_halves_{times}", lambda p: _halved(grey_halves(p, times - 1)))


def colour_halves(pair: Pair, times: int) -> Halves:
    """The pair's RGB, halved so many times (1 or more), computed once; of three channels only."""
    if times == 1:
        return pair.shared("colour_halves_1", lambda p: _halved((p.output, p.target)))
    return pair.shared(f"colour_halves_{times}", lambda p: _halved(colour_halves(p, times - 1)))


def blocks(image: NDArray[Any], side: int, before: int = 0) -> Plane:
    """The means of side x side pixels, the first of which begin `before` pixels outside the image.

    There are as many as conv2(image, ones(side) / side^2, 'same') with every side-th pixel kept: the last
    may reach beyond the image, or not to its end.
    """
    height, width = (-(-length // side) for length in image.shape[:2])
    below, right = (
        count * side - before - length
        for count, length in zip((height, width), image.shape[:2], strict=True)
    )
    image = image[: min(below, 0) or None, : min(right, 0) or None].astype(np.float32)
    if max(before, below, right) > 0:
        rim = before, max(below, 0), before, max(right, 0)
        image = cv2.copyMakeBorder(image, *rim, cv2.BORDER_CONSTANT, value=0)
    means = cv2.resize(image, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(means)


def _halved(pair: tuple[Image, Image]) -> Halves:
    return Halves(blocks(pair[0], 2), blocks(pair[1], 2))
