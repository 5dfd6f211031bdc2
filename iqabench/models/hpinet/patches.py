"""Overlapping patches of a feature map, and their way back into it."""

from itertools import pairwise

import torch
from torch import Tensor

_SHARED = 2
"""The number of rows and columns that neighbouring patches share."""


def starts(side: int, size: int) -> list[int]:
    """Return where patches begin along a side; the last one is moved inwards to end at the border."""
    step = size - _SHARED
    return [min(start, side - size) for start in range(0, side - _SHARED, step)]


def cut(x: Tensor, size: int) -> Tensor:
    """Return the patches of feature maps, row by row.

    Shapes: (N, C, H, W) to (N, patches, size x size, C); H and W at least `size`.
    """
    rows, columns = (_places(side, size, x.device) for side in x.shape[2:])
    patches = x[:, :, rows[:, None, :, None], columns[None, :, None, :]]
    return patches.permute(0, 2, 3, 4, 5, 1).flatten(3, 4).flatten(1, 2)


def join(patches: Tensor, size: int, height: int, width: int) -> Tensor:
    """Add patches at their places; each row and column is halved once for each pair of neighbours in it.

    Shapes: (N, patches, size x size, C) to (N, C, height, width).
    """
    rows, columns = (_places(side, size, patches.device) for side in (height, width))
    images, _, _, channels = patches.shape
    grid = patches.view(images, len(rows), len(columns), size, size, channels)
    strips = grid.permute(0, 5, 1, 3, 2, 4).flatten(4)
    wide = strips.new_zeros(*strips.shape[:4], width).index_add_(4, columns.flatten(), strips)
    whole = wide.new_zeros(images, channels, height, width)
    whole.index_add_(2, rows.flatten(), wide.flatten(2, 3))
    return whole * _shares(height, size, whole)[:, None] * _shares(width, size, whole)


def _places(side: int, size: int, device: torch.device) -> Tensor:
    """Return the rows or columns of each patch.

    Shapes: (patches along the side, size).
    """
    first = torch.tensor(starts(side, size), device=device)
    return first[:, None] + torch.arange(size, device=device)


def _shares(side: int, size: int, like: Tensor) -> Tensor:
    """Return the factor of each row or column: a half for each pair of neighbours that share it."""
    factors = [1.0] * side
    for one, other in pairwise(starts(side, size)):
        for place in range(other, one + size):
            factors[place] /= 2
    return like.new_tensor(factors)
