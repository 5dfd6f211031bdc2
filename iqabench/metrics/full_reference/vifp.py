"""Visual information fidelity in the pixel domain."""

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.grey import grey

_SIZES = (17, 9, 5, 3)
"""Pixels a side of the window at each scale, from fine to coarse; its sigma is a fifth of that."""
_NOISE = 2.0
"""The variance of the noise of the visual system."""
_FLAT = 1e-10
"""The variance below which a window counts as flat."""
_TILE = (128, 256)
"""Windows worked through at a time, downwards and across."""

Plane = NDArray[np.float64]


@metric(
    title="Visual information fidelity, pixel domain",
    better="higher",
    identical=1.0,
    low=0.0,
    min_size=41,
    source="Sheikh and Bovik, Image information and visual quality, IEEE TIP 15(2), 2006; "
    "the authors' vifp_mscale",
    cost=61,
)
def vifp(pair: Pair) -> float:
    """Return the information on the scene that the output keeps, as a part of what the target holds.

    On luminance, over four scales, with the constants of the authors' `vifp_mscale`. Their guards
    against division by zero (1e-10; piq has 1e-8) are comparisons here, so that identical images give 1
    and not nearly 1. A flat target holds no information: a flat output then has 1, any other 0, where
    the authors have NaN and piq 1.

    Range: 0 upwards; 1 for identical images. An output of more contrast than its target exceeds 1.
    Source: Sheikh and Bovik, IEEE TIP 15(2), 2006.
    """
    output, target = (plane.astype(np.float64) for plane in grey(pair))
    kept = held = 0.0
    for size in _SIZES:
        if size != _SIZES[0]:
            output, target = (_mean(plane, size)[::2, ::2].copy() for plane in (output, target))
        k, h = _tiled(output, target, size)
        kept, held = kept + k, held + h
    return kept / held if held else float(np.ptp(output) < _FLAT)


def _tiled(output: Plane, target: Plane, size: int) -> tuple[float, float]:
    """Return what `_information` does, in parts whose intermediates stay in the processor's cache."""
    height, width = (side - size + 1 for side in target.shape)
    sums = np.zeros(2)
    for top in range(0, height, _TILE[0]):
        rows = slice(top, top + _TILE[0] + size - 1)
        for left in range(0, width, _TILE[1]):
            columns = slice(left, left + _TILE[1] + size - 1)
            sums += _information(output[rows, columns], target[rows, columns], size)
    kept, held = sums.tolist()
    return kept, held


def _information(output: Plane, target: Plane, size: int) -> tuple[float, float]:
    """Return the information in nats, at one scale, that the output keeps and the target holds."""
    mean_x, mean_y = _mean(output, size), _mean(target, size)
    variance_x = _mean(output * output, size) - mean_x * mean_x
    variance_y = _mean(target * target, size) - mean_y * mean_y
    covariance = _mean(output * target, size) - mean_x * mean_y
    variance_y[variance_y < _FLAT] = 0
    covariance[(variance_y == 0) | (variance_x < _FLAT) | (covariance < 0)] = 0
    gain = np.divide(covariance, variance_y, out=np.zeros_like(covariance), where=covariance > 0)
    signal = gain * covariance
    noise = np.maximum(variance_x - signal, 0) + _NOISE
    return float(np.log1p(signal / noise).sum()), float(np.log1p(variance_y / _NOISE).sum())


def _mean(plane: Plane, size: int) -> Plane:
    """The Gaussian mean of every window that lies within the plane."""
    kernel, edge = cv2.getGaussianKernel(size, size / 5, cv2.CV_64F), size // 2
    blurred = cv2.sepFilter2D(plane, -1, kernel, kernel, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(blurred[edge:-edge, edge:-edge], np.float64)


@batched_form(of=vifp)
def batched_vifp(batch: Batch) -> "torch.Tensor":
    """Return the share of information of each pair, (N,)."""
    plane = tensors.filters.PLANE
    planes = tensors.planes.grey(batch).double()
    kept = held = torch.zeros(planes.shape[1], dtype=torch.float64, device=planes.device)
    for size in _SIZES:
        if size != _SIZES[0]:
            planes = _batched_mean(planes, size)[..., ::2, ::2].contiguous()
        k, h = _batched_information(planes, size)
        kept, held = kept + k, held + h
    flat = planes[0].amax(plane) - planes[0].amin(plane) < _FLAT
    return torch.where(held > 0, kept / held, flat.double())


def _batched_information(planes: "torch.Tensor", size: int) -> "tuple[torch.Tensor, torch.Tensor]":
    """Return in nats, of all windows at one scale, what outputs keep and what targets hold."""
    plane = tensors.filters.PLANE
    x, y = planes[0], planes[1]
    mean_x, mean_y = _batched_mean(planes, size)
    square_x, square_y, product = _batched_mean(torch.stack([x * x, y * y, x * y]), size)
    variance_x, variance_y = square_x - mean_x * mean_x, square_y - mean_y * mean_y
    covariance = product - mean_x * mean_y
    variance_y = torch.where(variance_y < _FLAT, 0.0, variance_y)
    nothing = (variance_y == 0) | (variance_x < _FLAT) | (covariance < 0)
    covariance.masked_fill_(nothing, 0)
    signal = torch.where(nothing, 0.0, covariance / variance_y * covariance)
    noise = (variance_x - signal).clamp_(min=0).add_(_NOISE)
    return torch.log1p(signal / noise).sum(plane), torch.log1p(variance_y / _NOISE).sum(plane)


def _batched_mean(planes: "torch.Tensor", size: int) -> "torch.Tensor":
    return tensors.filters.within(planes, tensors.filters.gaussian(size, size / 5))
