"""Statistics of natural images: contrast-normalised coefficients and the distributions fitted to them.

Coefficients of natural images follow a generalised Gaussian; products of neighbours follow an asymmetric one,
with another spread on each side of zero. Both are fitted by moments: a ratio of moments depends on the shape
alone, and the authors look the shape up in a table of 0.2, 0.201 ... 10. So do we, by bisection.
"""

from collections.abc import Callable, Iterator
from functools import lru_cache
from math import gamma
from typing import Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Edge = Literal["replicate", "zero"]

Remainder = Callable[[Doubles], Doubles]
"""A function that gives what is left of value - local mean at flat places, from their levels."""

_BORDERS: dict[Edge, int] = {
    "replicate": cv2.BORDER_REPLICATE,
    "zero": cv2.BORDER_CONSTANT,
}
_ROUNDING = 1e-10
"""Levels; a true coefficient of an 8-bit image is 0 or a million times as large."""

_AT_ONCE = 20000
"""Values that are worked on at a time."""


def nothing_left(levels: Doubles) -> Doubles:
    """Return 0 at every flat place: what is left there by exact arithmetic."""
    return np.zeros_like(levels)


def mscn(
    plane: Doubles,
    *,
    side: int = 7,
    edge: Edge = "replicate",
    remainder: Remainder = nothing_left,
) -> Doubles:
    """Mean-subtracted contrast-normalised coefficients: (plane - local mean) / (local deviation + 1).

    `side`: of the Gaussian window, whose sigma is a sixth of it. `edge`: what lies outside of the plane.
    `remainder`: see `normalised`.

    Shapes: (H, W) to (H, W), float64.
    Units: levels of 0..255, in which the 1 counts as one level.
    """
    return normalised(plane, *local_moments(plane, side=side, edge=edge), remainder)


def local_moments(
    plane: Doubles, *, side: int = 7, edge: Edge = "replicate"
) -> tuple[Doubles, Doubles]:
    """Mean and standard deviation around every pixel, under the window of `mscn`."""
    mean = _blur(plane, side, edge)
    variance = _blur(plane * plane, side, edge)
    variance -= mean * mean
    return mean, np.sqrt(np.abs(variance, out=variance), out=variance)


def normalised(
    plane: Doubles, mean: Doubles, deviation: Doubles, remainder: Remainder = nothing_left
) -> Doubles:
    """Return what `mscn` does, of the plane and its local moments, which are overwritten.

    A coefficient that is nothing but rounding is zero: where an image is flat, its local mean misses it by
    1e-13. The fits below tell values below zero from those above, however small, so that with the authors'
    programs a flat sky counts to either side as the last digit of their filters falls. That digit depends on
    the grey level only; `remainder` puts the digits of such a program in the place of the zeros.
    """
    coefficients = np.subtract(plane, mean, out=mean)
    flat = np.abs(coefficients) < _ROUNDING
    coefficients[flat] = remainder(plane[flat])
    deviation += 1
    return np.divide(coefficients, deviation, out=coefficients)


def gaussian(side: int, sigma: float) -> Doubles:
    """Weights along one side of MATLAB's fspecial('gaussian'); OpenCV's are others where a side is even."""
    x = np.arange(side) - (side - 1) / 2
    weights = np.exp(-(x**2) / (2 * sigma**2))
    return np.asarray(weights / weights.sum())


def _blur(plane: Doubles, side: int, edge: Edge) -> Doubles:
    kernel = gaussian(side, side / 6)
    return np.asarray(cv2.sepFilter2D(plane, -1, kernel, kernel, borderType=_BORDERS[edge]))


def blocks(plane: Doubles, size: int) -> Doubles:
    """The blocks of a plane of whole blocks, row by row; (H, W) to (N, size, size)."""
    rows, columns = (side // size for side in plane.shape)
    parts = plane.reshape(rows, size, columns, size).swapaxes(1, 2)
    return parts.reshape(rows * columns, size, size)


def in_groups(rows: Doubles) -> Iterator[Doubles]:
    """The rows, or blocks, some at a time, so that what is made of them stays in the cache."""
    step = max(1, _AT_ONCE // max(1, rows[:1].size))
    return (rows[start : start + step] for start in range(0, len(rows), step))


class Shapes(NamedTuple):
    """The table of shapes, and what follows from each."""

    shape: Doubles
    ratio: Doubles
    """mean(|x|)^2 / mean(x^2) of a generalised Gaussian; it grows with the shape."""
    first: Doubles
    """gamma(2 / shape) / gamma(1 / shape): mean(|x|) in units of the scale."""
    scale: Doubles
    """sqrt(gamma(1 / shape) / gamma(3 / shape)): the scale in units of the standard deviation."""


@lru_cache(maxsize=1)
def shapes() -> Shapes:
    """The authors' table of shapes, 0.2, 0.201 ... 10."""
    table = np.arange(200, 10001) / 1000
    one, two, three = (np.array([gamma(k / shape) for shape in table.tolist()]) for k in (1, 2, 3))
    return Shapes(table, two**2 / (one * three), two / one, np.sqrt(one / three))


def sums(values: Doubles) -> Doubles:
    """Return the sums that `asymmetric` needs of every row of values.

    Rows of these sums add up to those of longer rows.

    Shapes: (N, P) to (N, 6): how many are below zero, how many above, how many in all, the sum of |x|, of
    x^2 below zero, of x^2 above.
    """
    below, above = np.minimum(values, 0), np.maximum(values, 0)
    result = np.empty((len(values), 6))
    result[:, 0] = [np.count_nonzero(row) for row in values < 0]
    result[:, 1] = [np.count_nonzero(row) for row in values > 0]
    result[:, 2] = values.shape[1]
    result[:, 3] = above.sum(axis=1) - below.sum(axis=1)
    result[:, 4] = np.square(below, out=below).sum(axis=1)
    result[:, 5] = np.square(above, out=above).sum(axis=1)
    return result


class Asymmetric(NamedTuple):
    """Asymmetric generalised Gaussians, an entry for each."""

    entry: NDArray[np.intp]
    """The index of its shape in `shapes`."""
    left: Doubles
    """The standard deviation of what is below zero; not a number where nothing is."""
    right: Doubles


def asymmetric(of: Doubles) -> Asymmetric:
    """The asymmetric generalised Gaussians with those `sums`.

    Where nothing is below zero, or nothing above, spread and ratio are not numbers, and the shape is the
    first of the table: MATLAB's min() over values that are not numbers gives the first.
    """
    below, above, size, magnitudes, squares_below, squares_above = of.T
    with np.errstate(divide="ignore", invalid="ignore"):
        left = np.sqrt(squares_below / below)
        right = np.sqrt(squares_above / above)
        skew = left / right
        ratio = magnitudes**2 / (squares_below + squares_above) / size
        ratio *= (skew**3 + 1) * (skew + 1) / (skew**2 + 1) ** 2
    return Asymmetric(nearest(shapes().ratio, ratio), left, right)


def nearest(table: Doubles, values: Doubles) -> NDArray[np.intp]:
    """Return the index of the nearest entry in the growing `table`, the first of two; 0 for NaN."""
    index = np.searchsorted((table[1:] + table[:-1]) / 2, values, side="left")
    return np.where(np.isnan(values), 0, index)
