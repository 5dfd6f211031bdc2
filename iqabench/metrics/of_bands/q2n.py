"""Q2n, the quality index of images with many bands."""

import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.hypercomplex import conjugate, multiply

_BLOCK = 32
"""The side of the blocks, which do not overlap."""
_FLAT = np.finfo(np.float64).eps
"""The deviation of a flat band, so that it can be divided by."""

Bands = NDArray[np.float64]
"""(H, W, C), in whatever unit: bands are normalised."""


@metric(
    title="Q2n, hypercomplex quality index",
    better="higher",
    identical=1.0,
    low=0.0,
    high=1.0,
    colour=True,
    source="Garzelli and Nencini, Hypercomplex quality assessment of multi/hyperspectral images, IEEE GRSL "
    "6(4), 2009; Q4 for four bands, Q8 for eight",
    cost=180,
)
def q2n(pair: Pair) -> float:
    """Return the mean, over blocks of 32x32 pixels, of the modulus of the universal index of all bands.

    A pixel is one hypercomplex number with a component for each band, so that the index sees the bands'
    relations, too. Bands are filled up to a power of two with zeros, and the image to whole blocks by
    mirroring, as the toolbox of pan-sharpening does; deviations are of samples (N - 1).

    Range: 0 to 1, which is the value of identical images.
    Source: Garzelli and Nencini, IEEE GRSL 6(4), 2009.
    """
    target, output = (_whole_blocks(counts.astype(np.float64)) for counts in pair.counts[::-1])
    height, width, _ = target.shape
    values = [
        _index(_block(target, top, left), _block(output, top, left))
        for top in range(0, height, _BLOCK)
        for left in range(0, width, _BLOCK)
    ]
    return float(np.mean(values))


def _whole_blocks(image: Bands) -> Bands:
    """Return an image with mirrored rows and columns up to whole blocks, and zero bands to a power of two."""
    height, width, bands = image.shape
    missing = (1 << (bands - 1).bit_length()) - bands
    image = np.pad(image, ((0, -height % _BLOCK), (0, -width % _BLOCK), (0, 0)), mode="symmetric")
    return np.pad(image, ((0, 0), (0, 0), (0, missing)))


def _block(image: Bands, top: int, left: int) -> Bands:
    """Return the pixels of a block, (N, C)."""
    block = image[top : top + _BLOCK, left : left + _BLOCK]
    return block.reshape(-1, block.shape[2])


def _index(target: Bands, output: Bands) -> float:
    """Return the modulus of the index of one block."""
    mean, deviation = target.mean(axis=0), target.std(axis=0, ddof=1)
    deviation[deviation == 0] = _FLAT
    shift = np.where(mean == 0, 0.0, mean)
    divisor = np.where(mean == 0, 1.0, deviation)
    first = (target - mean) / deviation + 1
    second = conjugate((output - shift) / divisor + 1)
    unbiased = len(first) / (len(first) - 1)
    mean_1, mean_2 = first.mean(axis=0), second.mean(axis=0)
    squares_1, squares_2 = float(mean_1 @ mean_1), float(mean_2 @ mean_2)
    spread = unbiased * (
        (first**2).sum(axis=1).mean() + (second**2).sum(axis=1).mean() - squares_1 - squares_2
    )
    bias = 2 * np.sqrt(squares_1 * squares_2) / (squares_1 + squares_2)
    if spread == 0:
        return float(bias)
    covariance = unbiased * (multiply(first, second).mean(axis=0) - multiply(mean_1, mean_2))
    return float(np.linalg.norm(covariance) * bias * 2 / spread)
