"""The change of the appearance of an image: the part of MAD for plainly visible distortion.

Single precision is enough for photographs (5e-7 was seen). Skewness and kurtosis of blocks whose amplitudes
hardly vary, as those of drawings on an empty page, are ratios of rounding errors; then all is computed once
more, in double. How far blocks vary beside the whole band tells which.
"""

from math import sqrt
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from iqabench.metrics.shared.block_moments import BlockMoments, counted, moments
from iqabench.metrics.shared.log_gabor import waves

_WEIGHTS = (0.5, 0.75, 1.0, 5.0, 6.0)
"""The weights of the scales, from fine to coarse; they count by their shares of the sum."""
_DOUBT = 1000.0
"""The doubt beside the value from which on single precision is not enough; photographs have 20 to 400."""

Plane = NDArray[np.float64]


class _Change(NamedTuple):
    value: float
    doubt: float
    """The weighted mean over bands: the amplitude over the deviation of a block, as root mean squares."""


def apparent(output: Plane, target: Plane) -> float:
    """The root mean square, over pixels, of how far local statistics of log-Gabor amplitudes differ."""
    change = _change(output, target, np.float32)
    if change.doubt > _DOUBT * change.value:
        change = _change(output, target, np.float64)
    return change.value


def _change(output: Plane, target: Plane, number: type[np.floating[Any]]) -> _Change:
    rows, columns = (counted(side) for side in target.shape)
    change, doubt = np.zeros((len(rows), len(columns))), 0.0
    for wave in waves(output, target, number):
        x, y = moments(wave.output), moments(wave.target)
        part = np.abs(x.deviation - y.deviation)
        part += 2 * np.abs(x.skewness - y.skewness)
        part += np.abs(x.kurtosis - y.kurtosis)
        weight = _WEIGHTS[wave.scale] / sum(_WEIGHTS)
        change += weight * part
        doubt += weight * max(_doubt(x), _doubt(y))
    pixels = rows[:, None] * columns
    return _Change(sqrt(float((change * change * pixels).sum() / pixels.sum())), doubt)


def _doubt(of: BlockMoments) -> float:
    """No less than 0; of flat bands, which are exact, 0."""
    if not of.power.any():
        return 0.0
    variance = np.maximum(of.deviation * of.deviation, np.finfo(np.float64).tiny)
    with np.errstate(over="ignore"):
        return sqrt(float(of.power.mean() * (1 / variance).mean()))
