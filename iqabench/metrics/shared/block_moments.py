"""Moments of 16 x 16 pixels, of which a block begins at every fourth pixel down and across.

Sums of powers are gathered over 4 x 4 pixels, then over 4 x 4 of those. Where deviations are small beside
the mean, digits cancel: there the block is gone through once more, around its own mean.
"""

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

SIDE = 16
"""Pixels of a block, a side."""
STEP = 4
"""Pixels from one block to the next."""
RIM = 16
"""Pixels at each edge that MAD does not count; at the ends one more."""
SHORTEST = 2 * RIM + 2
"""Pixels a side, of which one counts."""
_AREA = SIDE * SIDE
_CANCELLED = 1e-4
"""The share of the mean square that a variance has below which it is computed again."""
_STRIP = 16
"""Rows of cells that are worked through at a time, to stay in the processor's cache."""

Plane = NDArray[np.float64]


class BlockMoments(NamedTuple):
    """Moments of each block, by the place of its first pixel divided by `STEP`."""

    power: Plane
    """The mean square."""
    deviation: Plane
    """Over 255, one less than pixels."""
    skewness: Plane
    kurtosis: Plane
    """3 for a Gaussian. Flat blocks have 0 of both."""


def moments(plane: NDArray[Any]) -> BlockMoments:
    """Return the moments of a plane of at least 16 pixels a side, in single or double precision."""
    mean, second, third, fourth = (_blocks(cells) / _AREA for cells in _power_sums(plane))
    square = mean * mean
    variance = second - square
    skew = third - mean * (3 * second - 2 * square)
    kurt = fourth - mean * (4 * third - 6 * mean * second + 3 * square * mean)
    again = np.nonzero(variance <= _CANCELLED * second)
    if len(again[0]):
        variance[again], skew[again], kurt[again] = _again(plane, *again)
    known = variance > 0
    unit = np.where(known, variance, 1)
    return BlockMoments(
        second,
        np.sqrt(variance * (_AREA / (_AREA - 1))),
        np.where(known, skew / (unit * np.sqrt(unit)), 0),
        np.where(known, kurt / (unit * unit), 0),
    )


def counted(side: int) -> NDArray[np.intp]:
    """Return how many of the first four pixels of each block along a side MAD counts."""
    pixels = np.arange(RIM, side - RIM - 1)
    return np.bincount(pixels // STEP, minlength=side // STEP - SIDE // STEP + 1)


def cell_sums(plane: Plane) -> Plane:
    """Sums of 4 x 4 pixels; those that are over at the end count nowhere."""
    return _power_sums(plane, 1)[0]


def mean_and_deviation(plane: Plane, side: int = SIDE) -> tuple[Plane, Plane]:
    """Return mean and deviation (over n - 1) of the first `side` x `side` pixels of each block."""
    area = side * side
    sums, squares = (_blocks(cells, side) for cells in _power_sums(plane, 2))
    variance = np.maximum(squares - sums * sums / area, 0) / (area - 1)
    return sums / area, np.sqrt(variance)


def _power_sums(plane: NDArray[Any], powers: int = 4) -> list[Plane]:
    """Sums of the first powers over cells of 4 x 4 pixels; what is over at the end counts nowhere."""
    rows, columns = (side // STEP for side in plane.shape)
    sums = [np.empty((rows, columns)) for _ in range(powers)]
    for top in range(0, rows, _STRIP):
        strip = slice(top, min(top + _STRIP, rows))
        pixels = plane[strip.start * STEP : strip.stop * STEP, : columns * STEP]
        power = np.ones(pixels.shape)
        for cells in sums:
            power *= pixels
            lines = power[0::STEP] + power[1::STEP] + power[2::STEP] + power[3::STEP]
            cells[strip] = (
                lines[:, 0::STEP] + lines[:, 1::STEP] + lines[:, 2::STEP] + lines[:, 3::STEP]
            )
    return sums


def _blocks(cells: Plane, side: int = SIDE) -> Plane:
    """Sums over the cells of `side` x `side` pixels, for each place where 16 x 16 lie in the plane."""
    rows, columns = (count - SIDE // STEP + 1 for count in cells.shape)
    across = sum((cells[:, x : x + columns] for x in range(1, side // STEP)), cells[:, :columns])
    return sum((across[y : y + rows] for y in range(1, side // STEP)), across[:rows])


def _again(plane: NDArray[Any], rows: NDArray[np.intp], columns: NDArray[np.intp]) -> list[Plane]:
    """The second to fourth central moments of some blocks."""
    every = np.lib.stride_tricks.sliding_window_view(plane, (SIDE, SIDE))
    blocks = every[rows * STEP, columns * STEP].reshape(-1, _AREA).astype(np.float64)
    blocks = (
        blocks - blocks[:, :1]
    )  # flat blocks become zeros, whatever rounding does to their mean
    blocks -= blocks.mean(axis=1, keepdims=True)
    squares = blocks * blocks
    return [squares.mean(axis=1), (squares * blocks).mean(axis=1), (squares * squares).mean(axis=1)]
