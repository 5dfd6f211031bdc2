"""The similarity of two maps, point by point, and the weighted mean over them."""

from math import cos, pi

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.shared.downsampling import Doubles, Planes, yiq

CHROMA_EXPONENT = 0.03
CHROMA_CONSTANT = 200.0


def likeness(one: Doubles, other: Doubles, constant: float) -> Doubles:
    """(2ab + c) / (a^2 + b^2 + c), written so that it is 1 where they are equal and never above."""
    difference = one - other
    difference *= difference
    difference /= one * one + other * other + constant
    return np.subtract(1.0, difference, out=difference)


def chroma_likeness(pair: Pair) -> Doubles:
    """The factor by which FSIMc, and SR-SIM after it, look at colour; made once a pair."""
    return pair.shared("chroma likeness", _chroma)


def real_power(base: Doubles, exponent: float) -> Doubles:
    """The real part of base^exponent, which a negative base has too."""
    power = np.abs(base) ** exponent
    power[base < 0] *= cos(pi * exponent)
    return power


def gradients(planes: Planes) -> Planes:
    """Scharr's gradient magnitude of both, zeros outside."""
    return Planes(_scharr(planes.output), _scharr(planes.target))


def luma_gradients(pair: Pair) -> Planes:
    """Return the gradients of the reduced pair's luminance; computed once a pair."""
    return pair.shared("reduced luma gradients", lambda p: gradients(yiq(p)[0]))


def pooled(similarity: Doubles, weight: NDArray[np.floating]) -> float:
    """The weighted mean of a map; where nothing has weight, as in flat images, the plain one."""
    total = float(weight.sum(dtype=np.float64))
    if not total:
        return float(similarity.mean())
    return float((similarity * weight).sum()) / total


def _chroma(pair: Pair) -> Doubles:
    _, i, q = yiq(pair)
    product = likeness(*i, CHROMA_CONSTANT) * likeness(*q, CHROMA_CONSTANT)
    return real_power(product, CHROMA_EXPONENT)


def _scharr(plane: Doubles) -> Doubles:
    across, down = (
        np.asarray(
            cv2.Scharr(plane, cv2.CV_64F, x, y, scale=1 / 16, borderType=cv2.BORDER_CONSTANT)
        )
        for x, y in ((1, 0), (0, 1))
    )
    return np.asarray(cv2.magnitude(across, down))
