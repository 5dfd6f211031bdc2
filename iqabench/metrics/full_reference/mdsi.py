"""Mean deviation similarity index."""

from math import sqrt

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image, Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.block_means import block_means
from iqabench.metrics.shared.downsampling import factor
from iqabench.metrics.shared.gradients import Plane, gradient, lack, length

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
    """Return the mean deviation of the similarity of gradients and of chroma, added 0.6 to 0.4.

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
    """Return 1 minus the gradients' similarity, corrected by that of each to their mean image."""
    (x1, y1), (x2, y2) = gradient(output), gradient(target)
    half = np.float32(0.5)
    mean = length((x1 + x2) * half, (y1 + y2) * half)
    first, second = length(x1, y1), length(x2, y2)
    whole = lack(first, second, _C1)
    whole += lack(first, mean, _C2)
    whole -= lack(second, mean, _C2)
    return whole


def _colour(h1: Plane, m1: Plane, h2: Plane, m2: Plane) -> Plane:
    """Return 1 minus the chroma's similarity."""
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


@batched_form(of=mdsi)
def batched_mdsi(batch: Batch) -> "torch.Tensor":
    """Return the deviation of each pair, (N,)."""
    by = factor(*batch.counts.shape[-2:])
    values = batch.values.float()
    small = tensors.filters.block_means(values, by, (by - 1) // 2) if by > 1 else values
    light, h, m = (tensors.filters.mixed(small, tuple(row), torch.float32) for row in _LHM.tolist())
    lacks = _batched_structure(light).double() * _ALPHA
    lacks += (1 - _ALPHA) * _batched_colour(h, m)
    return _batched_deviation(lacks).pow(0.25)


def _batched_structure(light: "torch.Tensor") -> "torch.Tensor":
    """Return 1 minus the gradients' similarity, corrected by that of each to their mean image."""
    lack, length = tensors.planes.lack, tensors.planes.length
    across, down = tensors.planes.gradient(light)
    mean = length((across[0] + across[1]) * 0.5, (down[0] + down[1]) * 0.5)
    first, second = length(across, down)
    return lack((first, second), _C1) + lack((first, mean), _C2) - lack((second, mean), _C2)


def _batched_colour(h: "torch.Tensor", m: "torch.Tensor") -> "torch.Tensor":
    """Return 1 minus the chroma's similarity."""
    distance = (h[0] - h[1]) ** 2 + (m[0] - m[1]) ** 2
    return distance / ((h * h).sum(0) + (m * m).sum(0) + _C3)


def _batched_deviation(lacks: "torch.Tensor") -> "torch.Tensor":
    """Return the mean distance of similarity's fourth roots from their mean, in the complex plane."""
    plane = tensors.filters.PLANE
    root = (1 - lacks).abs_().sqrt_().sqrt_()
    below = lacks / ((1 + root) * (1 + root * root))
    turned = root * sqrt(0.5)  # both parts of e^(i pi / 4) root
    beyond = lacks > 1
    real = torch.where(beyond, 1 - turned, below)
    imaginary = torch.where(beyond, -turned, 0.0)
    real -= real.mean(plane, keepdim=True)
    imaginary -= imaginary.mean(plane, keepdim=True)
    return torch.hypot(real, imaginary).mean(plane)
