"""DCT subband similarity."""

from math import floor

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.grey import grey

_SIDE = 8
_DC, _AC = 1000.0, 300.0
_WORST = 0.05

Plane = NDArray[np.float64]


def _weights() -> Plane:
    """Of the subbands (8, 8): a Gaussian of sigma 1.55 around the corner, nothing below 0.01."""
    squared = (np.arange(_SIDE) + 0.5) ** 2
    weights = np.exp(-np.add.outer(squared, squared) / (2 * 1.55**2))
    weights[weights < 0.01] = 0
    return np.asarray(weights / weights.sum())


def _basis() -> Plane:
    """The orthonormal DCT: a row for each frequency."""
    angles = np.outer(np.arange(_SIDE), 2 * np.arange(_SIDE) + 1) * np.pi / (2 * _SIDE)
    basis = np.cos(angles) * np.sqrt(2 / _SIDE)
    basis[0] /= np.sqrt(2)
    return np.asarray(basis)


_WEIGHTS = _weights()
_BASIS = _basis()
_KERNEL = cv2.getGaussianKernel(3, 1.5, cv2.CV_64F)


@metric(
    title="DCT subband similarity",
    better="higher",
    identical=1.0,
    low=-1.0,
    high=1.0,
    min_size=32,
    source="Balanov et al., Image quality assessment based on DCT subband similarity, ICIP 2015",
    cost=15,
)
def dss(pair: Pair) -> float:
    """The similarity of local variance in the subbands of an 8 x 8 DCT, on luminance.

    Of each subband the mean of its worst 5 % counts; the DC's is multiplied by that of the correlation.
    Rows and columns beyond a multiple of 8 are left out. How many values 5 % are is rounded half up, as in
    MATLAB; piq rounds half to even (10 or 50 blocks: one fewer).

    Range: -1 to 1, which is the value of identical images; below 0 only where structure is reversed.
    Source: Balanov et al., ICIP 2015.
    """
    output, target = (_blocks(plane) for plane in grey(pair))
    lost = 0.0
    for row, weights in enumerate(_WEIGHTS):
        columns = np.flatnonzero(weights)
        if columns.size:
            x, y = (_weighed(_BASIS[row], blocks) for blocks in (output, target))
        for column in columns.tolist():
            band = _weighed(_BASIS[column], x), _weighed(_BASIS[column], y)
            lost += float(weights[column]) * _lack(*band, is_mean=row + column == 0)
    return 1 - lost


def _blocks(plane: NDArray[np.float32]) -> Plane:
    """Shapes: (H, W) to (8, 8, H / 8, W / 8): each place within the blocks is a plane."""
    height, width = (length // _SIDE for length in plane.shape)
    inner = plane[: height * _SIDE, : width * _SIDE]
    split = inner.reshape(height, _SIDE, width, _SIDE).transpose(1, 3, 0, 2)
    return split.astype(np.float64, order="C")


def _weighed(weights: Plane, planes: Plane) -> Plane:
    """The sum over the first axis; not by BLAS, whose roundings depend on the number of threads."""
    return np.asarray(np.einsum("i,i...->...", weights, planes))


def _lack(x: Plane, y: Plane, *, is_mean: bool) -> float:
    """What the similarity of two subbands lacks to 1; `is_mean` for those of the blocks' means."""
    constant = _DC if is_mean else _AC
    mean_x, mean_y = _blur(x), _blur(y)
    variance_x = np.maximum(_blur(x * x) - mean_x * mean_x, 0)
    variance_y = np.maximum(_blur(y * y) - mean_y * mean_y, 0)
    difference = np.sqrt(variance_x) - np.sqrt(variance_y)
    spread = _worst(difference * difference / (variance_x + variance_y + constant))
    if not is_mean:
        return spread
    product = np.sqrt(variance_x * variance_y)
    # within what Cauchy and Schwarz allow: rounding may leave it
    covariance = np.clip(_blur(x * y) - mean_x * mean_y, -product, product)
    correlation = _worst((product - covariance) / (product + constant))
    return spread + correlation - spread * correlation


def _blur(plane: Plane) -> Plane:
    """Gaussian means of 3 x 3, zeros around."""
    return np.asarray(cv2.sepFilter2D(plane, -1, _KERNEL, _KERNEL, borderType=cv2.BORDER_CONSTANT))


def _worst(lacks: Plane) -> float:
    """The mean of the largest 5 %."""
    count = floor(_WORST * lacks.size + 0.5)
    return float(np.partition(lacks, lacks.size - count, axis=None)[-count:].mean())
