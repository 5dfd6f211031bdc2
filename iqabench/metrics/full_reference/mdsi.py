"""Mean deviation similarity index."""

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image, Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.block_means import block_means
from iqabench.metrics.shared.gradients import Plane, gradient, lack, length
from iqabench.metrics.shared.reduced import factor

_LHM = np.array([[0.2989, 0.587, 0.114], [0.3, 0.04, -0.35], [0.34, -0.6, 0.17]])
"""Luminance and two opponent colours."""
_C1, _C2, _C3 = 140.0, 55.0, 550.0
_ALPHA = 0.6


@metric(
    title="Mean deviation similarity index",
    better="lower",
    identical=0.0,
    low=0.0,
    high=1.0,
    min_size=3,
    colour=True,
    source="Nafchi et al., Mean deviation similarity index: efficient and reliable full-reference image "
    "quality evaluator, IEEE Access 4, 2016",
    cost=7.3,
)
def mdsi(pair: Pair) -> float:
    """The mean deviation of the similarity of gradients and of chroma, added 0.6 to 0.4.

    Similarities are raised to 1/4 before, the deviation to 1/4 after. A sum below zero has a complex
    root, and deviations are then distances in the complex plane. Images are first made smaller by the
    shorter side / 256, rounded half up as in MATLAB; piq rounds half to even, and so differs where that
    side is 640, 1152 and the like. Grey images count as R = G = B.

    Range: 0, the value of identical images, to 1.
    Source: Nafchi et al., IEEE Access 4, 2016; the combination by sum, which is the authors' default.
    """
    by = factor(*pair.shape[:2])
    (l1, h1, m1), (l2, h2, m2) = (_lhm(image, by) for image in (pair.output, pair.target))
    lacks = _structure(l1, l2).astype(np.float64) * _ALPHA
    lacks += (1 - _ALPHA) * _colour(h1, m1, h2, m2)
    return float(_deviation(lacks) ** 0.25)


def _lhm(image: Image, by: int) -> list[Plane]:
    """Shapes: (H, W, C) to three planes (H / by, W / by)."""
    # conv2(..., 'same') starts a window of that many pixels so far in front of the image
    small: Plane = block_means(image, by, (by - 1) // 2) if by > 1 else image.astype(np.float32)
    if image.shape[2] == 1:
        small = cv2.merge([small.reshape(small.shape[:2])] * 3)
    return list(cv2.split(cv2.transform(small, _LHM)))


def _structure(output: Plane, target: Plane) -> Plane:
    """What the gradients' similarity lacks to 1, corrected by that of each to their mean image."""
    (x1, y1), (x2, y2) = gradient(output), gradient(target)
    half = np.float32(0.5)
    mean = length((x1 + x2) * half, (y1 + y2) * half)
    first, second = length(x1, y1), length(x2, y2)
    whole = lack(first, second, _C1)
    whole += lack(first, mean, _C2)
    whole -= lack(second, mean, _C2)
    return whole


def _colour(h1: Plane, m1: Plane, h2: Plane, m2: Plane) -> Plane:
    """What the chroma's similarity lacks to 1."""
    distance = (h1 - h2) ** 2
    distance += (m1 - m2) ** 2
    whole = h1 * h1
    for plane in (m1, h2, m2):
        whole += plane * plane
    whole += np.float32(_C3)
    return np.asarray(np.divide(distance, whole, out=distance))


def _deviation(lacks: NDArray[np.float64]) -> float:
    """The mean distance of the fourth roots of similarity from their mean."""
    root = np.sqrt(np.sqrt(np.abs(1 - lacks)))
    # 1 - r^4 = (1 - r)(1 + r)(1 + r^2): no digit is lost where r is almost 1
    below: NDArray[np.generic] = lacks / ((1 + root) * (1 + root * root))
    if (lacks > 1).any():
        below = np.where(lacks > 1, 1 - root * np.exp(0.25j * np.pi), below)
    return float(np.abs(below - below.mean()).mean())
