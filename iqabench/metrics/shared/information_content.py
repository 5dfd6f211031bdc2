"""The information that each place of a band holds, by a Gaussian scale mixture: the weights of IW-SSIM.

Around every coefficient of the target's band stands a vector of N = 10 neighbours: 3x3 coefficients and
the one above them in the next coarser band (9 where that is not to be had). Of covariance C, with
eigenvalues L, the vectors Y are taken for a Gaussian times a local strength s = Y' inv(C) Y / N. The
output's band is taken for g times the target's plus noise of variance v, both by regression in 3x3. An
observer who adds noise of variance 0.4 then learns, up to a factor,

    sum over L of log(1 + v / 0.4 + (v + 0.4 (1 + g^2)) s L / 0.16)
"""

from collections.abc import Iterator
from itertools import combinations_with_replacement
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

NOISE = 0.4
"""Variance of what the observer adds."""
TINY = 1e-15
"""The variance below which a place is flat."""
NULL = 1e-14
"""The share of the largest eigenvalue below which another is zero but for rounding."""
_STRIP = 64
"""Rows that are worked through at a time, to stay in the processor's cache."""

Offset = tuple[int, int]
NEIGHBOURS: list[Offset] = [(y, x) for y in range(3) for x in range(3)]
"""Rows down and columns right."""

Plane = NDArray[Any]
Double = NDArray[np.float64]


def information(output: Plane, target: Plane, coarser: Plane | None) -> NDArray[np.float32]:
    """The weights of two bands in double, without the outermost pixels; `coarser` is the target's next."""
    height, width = target.shape
    parent = None if coarser is None else _enlarged(coarser)[:height, :width]
    factors, values = _whitening(target, parent)
    weights = np.empty((height - 2, width - 2), np.float32)
    for rows in _strips(height):
        above = None if parent is None else parent[rows]
        within = weights[rows.start : rows.stop - 2]
        within[...] = _weights(output[rows], target[rows], above, factors, values)
    return weights


def _strips(height: int) -> Iterator[slice]:
    """Rows with the two more that their 3x3 neighbourhoods reach."""
    for top in range(0, height - 2, _STRIP):
        yield slice(top, min(top + _STRIP + 2, height))


def _whitening(target: Plane, parent: Plane | None) -> tuple[Double, Double]:
    """A triangle R with s = |R Y|^2, and the eigenvalues; the parent is first, so that one row needs it."""
    values, vectors = np.linalg.eigh(_covariance(target, parent))
    known = values > NULL * values[-1]
    scales = np.zeros_like(values)
    scales[known] = 1 / np.sqrt(values[known] * len(values))
    triangle: Double = np.asarray(np.linalg.qr(scales[:, None] * vectors.T, mode="r"))
    return triangle, np.maximum(values, 0)


def _covariance(target: Plane, parent: Plane | None) -> Double:
    """Mean products of each two neighbours, of the parent first."""
    height, width = (side - 2 for side in target.shape)
    sums = _products(target)
    if parent is not None:
        parts = [target[y : y + height, x : x + width] for y, x in NEIGHBOURS]
        own = parent[1:-1, 1:-1]
        with_own = [np.einsum("yx,yx->", own, part) for part in (own, *parts)]
        sums = np.block([[np.array([with_own])], [np.array([with_own[1:]]).T, sums]])
    covariance: Double = sums / (height * width)
    return covariance


def _products(plane: Plane) -> Double:
    """Return sums of products of two neighbours in 3x3.

    Where both lie a row below or a column right of two others, those sums lose a row or column at one end and
    win one at the other.
    """
    height, width = (side - 2 for side in plane.shape)

    def over(a: Offset, b: Offset, rows: slice, columns: slice) -> float:
        first, second = (
            plane[y + rows.start : y + rows.stop, x + columns.start : x + columns.stop]
            for y, x in (a, b)
        )
        return float(np.einsum("yx,yx->", first, second))

    every_row, every_column = slice(0, height), slice(0, width)
    sums: dict[tuple[Offset, Offset], float] = {}
    for a, b in combinations_with_replacement(NEIGHBOURS, 2):
        if min(a[0], b[0]):
            upper = (a[0] - 1, a[1]), (b[0] - 1, b[1])
            won = over(*upper, slice(height, height + 1), every_column)
            sums[a, b] = sums[upper] + won - over(*upper, slice(0, 1), every_column)
        elif min(a[1], b[1]):
            left = (a[0], a[1] - 1), (b[0], b[1] - 1)
            won = over(*left, every_row, slice(width, width + 1))
            sums[a, b] = sums[left] + won - over(*left, every_row, slice(0, 1))
        else:
            sums[a, b] = over(a, b, every_row, every_column)
    return np.array([[sums[min(a, b), max(a, b)] for a in NEIGHBOURS] for b in NEIGHBOURS])


def _weights(
    output: Plane, target: Plane, parent: Plane | None, factors: Double, values: Double
) -> Plane:
    output, target = output.astype(np.float32), target.astype(np.float32)
    gain, noise = _regression(output, target)
    strength = _strength(target, parent, factors)
    gain *= gain
    gain += 1
    gain *= NOISE
    gain += noise
    gain *= strength
    gain /= NOISE**2
    noise /= NOISE
    noise += 1
    weights = np.zeros_like(noise)
    for value in values.tolist():
        weights += cv2.log(cv2.addWeighted(gain, value, noise, 1, 0))
    return weights


def _regression(output: Plane, target: Plane) -> tuple[Plane, Plane]:
    """Gain and variance of noise that make the output of the target, in 3x3."""
    mean_x, mean_y = _mean(target), _mean(output)
    covariance = _mean(target * output) - mean_x * mean_y
    variance_x = _mean(target * target) - mean_x * mean_x
    variance_y = _mean(output * output) - mean_y * mean_y
    variance_x[variance_x < TINY] = np.inf  # no gain
    gain = covariance / variance_x
    gain[variance_y < TINY] = 0
    covariance *= gain
    noise = variance_y - covariance
    return gain, np.maximum(noise, 0, out=noise)


def _mean(plane: Plane) -> Plane:
    return cv2.blur(plane, (3, 3))[1:-1, 1:-1]


def _strength(target: Plane, parent: Plane | None, factors: Double) -> Plane:
    strength = np.zeros((target.shape[0] - 2, target.shape[1] - 2), np.float32)
    for row in factors:
        part = cv2.filter2D(target, -1, row[-9:].reshape(3, 3))[1:-1, 1:-1]
        if parent is not None and row[0]:
            part = part + np.float32(row[0]) * parent[1:-1, 1:-1]
        strength += part * part
    return strength


def _enlarged(plane: Plane) -> Plane:
    """Twice as large, the authors' way: bilinear to 4 n - 3, one more by extrapolation, every other."""
    return cv2.transpose(_stretched(cv2.transpose(_stretched(plane))))


def _stretched(plane: Plane) -> Plane:
    """Return what `_enlarged` does, for only the rows."""
    count = plane.shape[0]
    size = 4 * count - 3
    at = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
    # The pixels at odd places of the enlarged plane, and two at each end, of which one is extrapolated.
    at = np.concatenate([[2 * at[0] - at[1]], at[1::2], [2 * at[-1] - at[-2]]])
    first = np.clip(np.floor(at).astype(int), 0, count - 2)
    share = (at - first)[:, None]
    before: Plane = plane[first]
    after: Plane = plane[first + 1]
    after -= before
    after *= share
    after += before
    return after
