"""The Laplacian pyramid: the torch form of `laplacian_pyramid`, in double precision."""

import torch
from torch import Tensor
from torch.nn import functional

from iqabench.metrics.shared.tensors.filters import ACROSS, DOWN


def laplacian(planes: Tensor, levels: int) -> list[Tensor]:
    """Bands (2, N, h, w) from the finest on, and what is left, blurred and small, as the last level."""
    bands = []
    for level in range(levels - 1):
        small = _shrunk(_shrunk(planes, DOWN), ACROSS)
        height, width = planes.shape[-2:]
        band = planes - _grown(_grown(small, DOWN, height), ACROSS, width)
        bands.append(band.mul_(2.0**level))
        planes = small
    return [*bands, planes * 2.0 ** (levels - 1)]


def _shrunk(planes: Tensor, dim: int) -> Tensor:
    """The binomial filter at every other pixel, edges reflected."""
    framed = functional.pad(planes, (0, 0, 2, 2) if dim == DOWN else (2, 2, 0, 0), "reflect")
    length = (planes.shape[dim] + 1) // 2
    a, b, c, d, e = (_every_other(framed, dim, start, length) for start in range(5))
    return (a + e + 4 * (b + d) + 6 * c) / 16


def _every_other(planes: Tensor, dim: int, start: int, length: int) -> Tensor:
    taken = slice(start, start + 2 * length - 1, 2)
    return planes[..., taken, :] if dim == DOWN else planes[..., taken]


def _grown(small: Tensor, dim: int, length: int) -> Tensor:
    """Twice as long: zeros between the pixels, then the filter times 4, about the last large pixel."""
    count = small.shape[dim]
    last = small.narrow(dim, count - 1 - length % 2, 1)
    framed = torch.cat([small.narrow(dim, 1, 1), small, last], dim)
    a, b, c = (framed.narrow(dim, start, count) for start in range(3))
    both = torch.stack([(a + 6 * b + c) / 8, (b + c) / 2], dim)
    return both.flatten(dim - 1, dim).narrow(dim, 0, length)
