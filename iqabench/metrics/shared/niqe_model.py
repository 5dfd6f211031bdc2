"""The features of NIQE and the Gaussian that is fitted to them, of pristine images as of outputs."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from iqabench.images.imresize import imresize
from iqabench.metrics.shared.natural_scene_statistics import (
    Asymmetric,
    Doubles,
    Remainder,
    asymmetric,
    blocks,
    in_groups,
    local_moments,
    mscn,
    normalised,
    nothing_left,
    shapes,
    sums,
)

BLOCK = 96
"""Pixels a side of a block."""

_SHARP = 0.75
"""The part of the sharpest block's sharpness beyond which a pristine block counts."""
_NEIGHBOURS = ((0, 1), (1, 0), (1, 1), (1, -1))
"""Rows down and columns right, by which a block is shifted, around its edges, before it meets itself."""


class Gaussian(NamedTuple):
    """A multivariate Gaussian of features."""

    mean: Doubles
    """Shape (F,)."""
    covariance: Doubles
    """Shape (F, F)."""


def features(grey: NDArray[np.generic], remainder: Remainder = nothing_left) -> Doubles:
    """The 36 features of every whole block of 96 x 96, in rows: 18 of the plane, 18 of its half size.

    What is left of whole blocks at the right and at the bottom is not seen. Where a block is flat, some of
    its features are not numbers.

    Shapes: (H, W) to (N, 36).
    Units: the plane in levels, 0..255.
    """
    return _features(_whole(grey), remainder)[0]


def sharp_features(grey: NDArray[np.generic]) -> Doubles:
    """Return the features of only the sharp blocks, as models of pristine images are fitted to them.

    A block's sharpness is its mean local deviation; it must exceed 0.75 of the sharpest one's.
    """
    result, sharpness = _features(_whole(grey), nothing_left)
    sharp = sharpness > _SHARP * sharpness.max(initial=0.0)
    return np.compress(sharp, result, axis=0)


def block_features(coefficients: Doubles) -> Doubles:
    """18 features of each block of coefficients; (N, S, S) to (N, 18)."""
    table = shapes()
    columns: list[Doubles] = []
    for product in (None, *_NEIGHBOURS):
        entry, left, right = _fits(coefficients, product)
        left, right = left * table.scale[entry], right * table.scale[entry]
        if product is None:
            columns += [table.shape[entry], (left + right) / 2]
        else:
            mean = (right - left) * table.first[entry]
            columns += [table.shape[entry], mean, left, right]
    return np.column_stack(columns)


def fit(samples: Doubles) -> Gaussian:
    """The Gaussian of those features, of two blocks at least.

    As MATLAB's nanmean and nancov: means of what are numbers, and the covariance, over N - 1, of the blocks
    whose features all are.
    """
    whole = samples[~np.isnan(samples).any(axis=1)]
    return Gaussian(np.nanmean(samples, axis=0), np.cov(whole, rowvar=False))


def distance(first: Gaussian, second: Gaussian) -> float:
    """Between the means, in the metric of the mean covariance's pseudo-inverse."""
    apart = first.mean - second.mean
    inverse = np.linalg.pinv((first.covariance + second.covariance) / 2)
    return float(np.sqrt(apart @ inverse @ apart))


def _whole(grey: NDArray[np.generic]) -> Doubles:
    height, width = (side // BLOCK * BLOCK for side in grey.shape)
    return np.ascontiguousarray(grey[:height, :width], np.float64)


def _features(plane: Doubles, remainder: Remainder) -> tuple[Doubles, Doubles]:
    """Features and sharpness of every block."""
    mean, deviation = local_moments(plane)
    sharpness = blocks(deviation, BLOCK).mean(axis=(1, 2))
    fine = block_features(blocks(normalised(plane, mean, deviation, remainder), BLOCK))
    half = mscn(imresize(plane, 0.5), remainder=remainder)
    coarse = block_features(blocks(half, BLOCK // 2))
    return np.hstack([fine, coarse]), sharpness


def _fits(coefficients: Doubles, shift: tuple[int, int] | None) -> Asymmetric:
    """Return the fits of every block, or of its products with itself shifted."""
    products = (_product(group, shift) for group in in_groups(coefficients))
    return asymmetric(np.vstack([sums(group.reshape(len(group), -1)) for group in products]))


def _product(group: Doubles, shift: tuple[int, int] | None) -> Doubles:
    return group if shift is None else group * np.roll(group, shift, axis=(1, 2))
