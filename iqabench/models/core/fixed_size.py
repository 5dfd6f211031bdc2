"""The run of a network that takes images of one size only: tiles of exactly that size, put together."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor

Size = tuple[int | None, int | None]
"""Height and width that a network takes; None where it takes any."""

_SHARE = 4
"""The overlap is this part of a side, on each side: a quarter leaves half of each tile in the output."""


def forward_fixed(
    forward: Callable[[Tensor], Tensor], batch: Tensor, size: Size, scale: int
) -> Tensor:
    """Return the output of a batch of any size, made of tiles of exactly the size that the network takes.

    Neighbouring tiles overlap by at least a half of their sides, and each gives the pixels that are nearest
    to its middle. Smaller images are padded by reflection, and the output is cropped.

    Shapes: (N, C, H, W) to (N, C, s H, s W).
    """
    height, width = batch.shape[2:]
    rows, columns = size[0] or height, size[1] or width
    padded = _padded(batch, max(height, rows), max(width, columns))
    output: Tensor | None = None
    for row, top, bottom in _tiles(padded.shape[2], rows):
        for column, left, right in _tiles(padded.shape[3], columns):
            part = forward(padded[:, :, row : row + rows, column : column + columns].contiguous())
            if output is None:
                shape = (*part.shape[:2], padded.shape[2] * scale, padded.shape[3] * scale)
                output = torch.empty(shape, dtype=part.dtype, device=part.device)
            y, x = slice(top * scale, bottom * scale), slice(left * scale, right * scale)
            inner_y = slice((top - row) * scale, (bottom - row) * scale)
            inner_x = slice((left - column) * scale, (right - column) * scale)
            output[:, :, y, x] = part[:, :, inner_y, inner_x]
    assert output is not None  # an image has a pixel, so there is a tile
    return output[:, :, : height * scale, : width * scale]


def _tiles(length: int, tile: int) -> Iterator[tuple[int, int, int]]:
    """Yield the start of each tile along a side, and the places that it gives, from and up to."""
    step = max(tile - 2 * (tile // _SHARE), 1)
    starts = [*range(0, length - tile, step), length - tile]
    for place, start in enumerate(starts):
        first = 0 if place == 0 else (starts[place - 1] + tile + start) // 2
        last = length if place == len(starts) - 1 else (start + tile + starts[place + 1]) // 2
        yield start, first, last


def _padded(batch: Tensor, height: int, width: int) -> Tensor:
    for dimension, length in ((2, height), (3, width)):
        before = batch.shape[dimension]
        if length > before:
            period = max(2 * (before - 1), 1)
            index = torch.arange(length, device=batch.device) % period
            mirrored = torch.where(index < before, index, period - index).clamp(0, before - 1)
            batch = batch.index_select(dimension, mirrored)
    return batch
