"""Filters and block means of planes, whatever their leading dimensions.

A filter is a convolution with a group for each plane, which torch has a kernel of its own for on GPUs: no
tensor cores, hence no TF32, and double precision too. Taps are brought to a device once.
"""

from functools import lru_cache
from math import ceil

import cv2
import torch
from torch import Tensor
from torch.nn import functional

Taps = tuple[float, ...]
DOWN, ACROSS = -2, -1
"""The dimensions along which filters run."""
PLANE = (DOWN, ACROSS)


def gaussian(size: int, sigma: float) -> Taps:
    """Return the taps of a Gaussian of odd size, as OpenCV has them."""
    return tuple(cv2.getGaussianKernel(size, sigma, cv2.CV_64F)[:, 0].tolist())


def filtered(planes: Tensor, taps: Taps, dim: int) -> Tensor:
    """Return the correlation along one dimension, where all taps lie within the plane."""
    height, width = planes.shape[-2:]
    flat = planes.reshape(1, -1, height, width)
    count = flat.shape[1]
    shape = (count, 1, -1, 1) if dim == DOWN else (count, 1, 1, -1)
    kernel = _kernel(taps, planes.dtype, planes.device).repeat(count, 1).reshape(shape)
    result = functional.conv2d(flat, kernel, groups=count)
    return result.reshape(*planes.shape[:-2], *result.shape[-2:])


def within(planes: Tensor, taps: Taps) -> Tensor:
    """The same taps down and across, where all lie within the plane."""
    return filtered(filtered(planes, taps, DOWN), taps, ACROSS)


def framed(planes: Tensor, across: Taps, down: Taps) -> Tensor:
    """Correlation both ways, zeros around; as many pixels as before.

    Of an even number of taps the one before the middle counts as the middle, as in conv2(..., 'same').
    """
    x, y = len(across), len(down)
    zeros = ((x - 1) // 2, x // 2, (y - 1) // 2, y // 2)
    return filtered(filtered(functional.pad(planes, zeros), down, DOWN), across, ACROSS)


def block_means(planes: Tensor, side: int, before: int = 0, *, exact: bool = False) -> Tensor:
    """Return means of side x side pixels; the torch form of `shared.block_means`.

    If `exact`, planes hold whole numbers of float32, and the means are of float64.
    """
    height, width = planes.shape[-2:]
    rows, columns = ceil(height / side), ceil(width / side)
    below, right = rows * side - before - height, columns * side - before - width
    flat = planes.reshape(1, -1, height, width)
    if before or below or right:
        flat = functional.pad(flat, (before, right, before, below))
    means = functional.avg_pool2d(flat, side, divisor_override=1 if exact else None)
    if exact:
        means = means.double() / side**2
    return means.reshape(*planes.shape[:-2], rows, columns)


def mixed(image: Tensor, row: Taps, number: torch.dtype) -> Tensor:
    """(..., C, h, w) to (..., h, w): the channels' weighted sum in that precision, one counting as all."""
    first, *rest = image.expand(*image.shape[:-3], len(row), -1, -1).unbind(-3)
    total = first.to(number) * row[0]
    for channel, weight in zip(rest, row[1:], strict=True):
        total.add_(channel, alpha=weight)
    return total


@lru_cache(maxsize=64)
def _kernel(taps: Taps, dtype: torch.dtype, device: torch.device) -> Tensor:
    return torch.tensor(taps, dtype=dtype, device=device)
