"""Pairs shrunk to about 256 pixels, and the similarity of their maps: `downsampling` and `similarity_maps`.

In double precision as there: a sixteenth of the pixels of a large image are left.
"""

from math import cos, pi
from typing import Any

import torch
from numpy.typing import NDArray
from torch import Tensor

from iqabench.metrics.core.batch import Batch
from iqabench.metrics.shared.downsampling import YIQ, factor
from iqabench.metrics.shared.similarity_maps import CHROMA_CONSTANT, CHROMA_EXPONENT
from iqabench.metrics.shared.tensors.filters import PLANE, block_means, framed, mixed

_DIFFERENCE = (-1.0, 0.0, 1.0)
_SCHARR = (3 / 16, 10 / 16, 3 / 16)


def components(batch: Batch, colours: NDArray[Any]) -> list[Tensor]:
    """The reduced pairs in another colour space, a plane (2, N, h, w) for each row of `colours`."""
    images = batch.shared("reduced", _reduced)
    rows = [tuple(row) for row in colours.tolist()]
    if images.shape[2] == 1:
        return [images[:, :, 0] * round(sum(row), 9) for row in rows]
    return [mixed(images, row, torch.float64) for row in rows]


def yiq(batch: Batch) -> list[Tensor]:
    """Y, I and Q of the reduced pairs, made once."""
    return batch.shared("reduced yiq", lambda b: components(b, YIQ))


def luma_gradients(batch: Batch) -> Tensor:
    """Return the gradients of the reduced pairs' luminance, computed once."""
    return batch.shared("reduced luma gradients", lambda b: gradients(yiq(b)[0]))


def gradients(planes: Tensor) -> Tensor:
    """Scharr's gradient magnitude, zeros outside."""
    across, down = framed(planes, _DIFFERENCE, _SCHARR), framed(planes, _SCHARR, _DIFFERENCE)
    return torch.addcmul(across * across, down, down).sqrt_()


def likeness(both: Tensor, constant: float) -> Tensor:
    """(2ab + c) / (a^2 + b^2 + c) of two planes, 1 where they are equal and never above."""
    one, other = both[0], both[1]
    return 1 - (one - other).square_() / (one * one + other * other + constant)


def chroma_likeness(batch: Batch) -> Tensor:
    """The factor by which FSIMc and SR-SIMc look at colour, made once."""
    return batch.shared("chroma likeness", _chroma)


def real_power(base: Tensor, exponent: float) -> Tensor:
    """The real part of base^exponent, which a negative base has too."""
    power = base.abs() ** exponent
    return torch.where(base < 0, power * cos(pi * exponent), power)


def pooled(similarity: Tensor, weight: Tensor) -> Tensor:
    """The weighted mean of each map; where nothing has weight, the plain one."""
    total = weight.sum(PLANE)
    weighted = (similarity * weight).sum(PLANE) / total
    return torch.where(total == 0, similarity.mean(PLANE), weighted)


def flat(planes: Tensor) -> Tensor:
    """Return whether planes have only one value, (..., 1, 1)."""
    return planes.amin(PLANE, keepdim=True) == planes.amax(PLANE, keepdim=True)


def normalised(planes: Tensor) -> Tensor:
    """Return the planes from 0 to 1 each; flat ones become zeros."""
    low, high = planes.amin(PLANE, keepdim=True), planes.amax(PLANE, keepdim=True)
    return torch.where(high > low, (planes - low) / (high - low), 0.0)


def _reduced(batch: Batch) -> Tensor:
    by = factor(*batch.counts.shape[-2:])
    if by == 1:
        return batch.values.double()
    return block_means(batch.values, by, (by - 1) // 2, exact=batch.is_8_bit).double()


def _chroma(batch: Batch) -> Tensor:
    _, i, q = yiq(batch)
    product = likeness(i, CHROMA_CONSTANT) * likeness(q, CHROMA_CONSTANT)
    return real_power(product, CHROMA_EXPONENT)
