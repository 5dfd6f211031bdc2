"""Visual information fidelity."""

from itertools import combinations_with_replacement

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.grey import grey
from iqabench.metrics.shared.steerable_pyramid import SHORTEST, bands

_WINDOWS = (17, 9, 5, 3)
"""Pixels a side of the window in which the output is explained by the target, at each level."""
_BLOCK = 3
"""Pixels a side of a block, whose coefficients make one vector."""
_NOISE = 0.4
"""The variance of the noise of the visual system."""
_TINY = 1e-15
"""The sum of squared deviations in a window below which it is flat."""
_ROUNDING = 1e-12
"""The share of a window's sum of squares below which deviations are rounding errors."""
_NULL = 1e-14
"""The share of the largest eigenvalue below which another is zero but for rounding."""

Plane = NDArray[np.float64]


@metric(
    title="Visual information fidelity",
    better="higher",
    identical=1.0,
    low=0.0,
    min_size=SHORTEST,
    source="Sheikh and Bovik, Image information and visual quality, IEEE TIP 15(2), 2006; "
    "the authors' vifvec",
    cost=190,
)
def vif(pair: Pair) -> float:
    """Return the information on the scene that the output keeps, as a part of what the target holds.

    Of luminance, in the upright and the level band of four levels of a steerable pyramid: the authors'
    `vifvec`, whose figures in MATLAB it equals. For grey images made by rgb2gray it has to be given
    luminance rounded to whole levels: the noise of rounding counts, by up to 6e-3 where the output is
    nearly the target. `vifp` is the authors' shorter way, in the pixel domain; piq has only that one.
    IQA-PyTorch gives the same as long as it computes in double; its single precision costs up to 3e-4.

    The authors' guards against division by zero are comparisons here, so that identical images give 1 and
    not nearly 1. Where all is flat, the authors have NaN: a flat target holds no information, a flat
    output then has 1 and any other 0. In targets of few patterns, whose covariance has no inverse, a
    direction without variance counts for nothing. Below 72 pixels their pyramid has no fourth level.

    Range: 0 upwards; 1 for identical images. An output of more contrast than its target exceeds 1.
    Source: Sheikh and Bovik, IEEE TIP 15(2), 2006.
    """
    output, target = (bands(plane.astype(np.float64)) for plane in grey(pair))
    kept = held = 0.0
    for window, of_output, of_target in zip(_WINDOWS, output, target, strict=True):
        for band_of_output, band in zip(of_output, of_target, strict=True):
            k, h = _information(band_of_output, band, window)
            kept, held = kept + k, held + h
    if held:
        return kept / held
    return float(all(not band.any() for level in output for band in level))


def _information(output: Plane, target: Plane, window: int) -> tuple[float, float]:
    """Return the information in nats that output and target hold, without blocks at the rim."""
    height, width = (side - side % _BLOCK for side in target.shape)
    output, target = output[:height, :width], target[:height, :width]
    rim = -(-(window // 2) // _BLOCK)
    inside = slice(rim, -rim), slice(rim, -rim)
    gain, noise = _regression(output, target, window)
    if np.array_equal(output, target):
        gain[:], noise[:] = 1, 0  # where there is no variance, too
    strength, values = _mixture(target)
    gain, noise, strength = gain[inside], noise[inside], strength[inside]
    held = np.ones_like(strength)
    kept = np.ones_like(strength)
    signal = gain * gain * strength
    for value in values.tolist():
        kept *= 1 + signal * value / (noise + _NOISE)
        held *= 1 + strength * value / _NOISE
    return float(np.log(kept).sum()), float(np.log(held).sum())


def _regression(output: Plane, target: Plane, window: int) -> tuple[Plane, Plane]:
    """Gain and variance of noise that make the output of the target, around the middle of each block."""

    def mean(plane: Plane) -> Plane:
        means = cv2.blur(plane, (window, window))
        return np.asarray(means[_BLOCK // 2 :: _BLOCK, _BLOCK // 2 :: _BLOCK], np.float64)

    mean_x, mean_y = mean(target), mean(output)
    covariance = mean(target * output) - mean_x * mean_y
    square_x, square_y = mean(target * target), mean(output * output)
    variance_x, variance_y = square_x - mean_x * mean_x, square_y - mean_y * mean_y
    tiny = _TINY / window**2
    unlike = variance_x < np.maximum(_ROUNDING * square_x, tiny)
    unlike |= variance_y < np.maximum(_ROUNDING * square_y, tiny)
    unlike |= covariance < 0
    covariance[unlike] = 0
    gain = np.divide(covariance, variance_x, out=np.zeros_like(covariance), where=~unlike)
    return gain, np.maximum(variance_y - gain * covariance, 0)


def _mixture(target: Plane) -> tuple[Plane, Plane]:
    """The band as a Gaussian scale mixture: each block's strength, and the vectors' eigenvalues."""
    covariance = _covariance(target)
    values, vectors = np.linalg.eigh(covariance)
    known = values > _NULL * values[-1]
    blocks = [target[y::_BLOCK, x::_BLOCK] for y in range(_BLOCK) for x in range(_BLOCK)]
    strength = np.zeros_like(blocks[0])
    for value, vector in zip(values[known], vectors.T[known], strict=True):
        part = sum(weight * block for weight, block in zip(vector.tolist(), blocks, strict=True))
        strength += part * part / value
    return strength / _BLOCK**2, np.maximum(values, 0)


def _covariance(target: Plane) -> Plane:
    """Return the covariance of the coefficients of all blocks, those that overlap too."""
    height, width = (side - _BLOCK + 1 for side in target.shape)
    parts = [target[y : y + height, x : x + width] for y in range(_BLOCK) for x in range(_BLOCK)]
    means = [part.mean() for part in parts]
    covariance = np.zeros((len(parts), len(parts)))
    for a, b in combinations_with_replacement(range(len(parts)), 2):
        product = np.einsum("yx,yx->", parts[a], parts[b]) / (height * width)
        covariance[a, b] = covariance[b, a] = product - means[a] * means[b]
    return covariance
