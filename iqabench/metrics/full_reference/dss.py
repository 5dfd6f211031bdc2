"""DCT subband similarity."""

from functools import lru_cache
from math import floor
from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.grey import grey

_SIDE = 8
_DC, _AC = 1000.0, 300.0
_WORST = 0.05

Plane = NDArray[np.float64]


def _weights() -> Plane:
    """Return the weights (8, 8) of the subbands: a Gaussian of sigma 1.55, nothing below 0.01."""
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
    """Return the similarity of local variance in the subbands of an 8 x 8 DCT, on luminance.

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
    """Return the sum over the first axis; not by BLAS, whose roundings depend on the number of threads."""
    return np.asarray(np.einsum("i,i...->...", weights, planes))


def _lack(x: Plane, y: Plane, *, is_mean: bool) -> float:
    """Return 1 minus the similarity of two subbands; `is_mean` for those of the blocks' means."""
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
    """Return Gaussian means of 3 x 3, zeros around."""
    return np.asarray(cv2.sepFilter2D(plane, -1, _KERNEL, _KERNEL, borderType=cv2.BORDER_CONSTANT))


def _worst(lacks: Plane) -> float:
    """Return the mean of the largest 5 %."""
    count = floor(_WORST * lacks.size + 0.5)
    return float(np.partition(lacks, lacks.size - count, axis=None)[-count:].mean())


@batched_form(of=dss)
def batched_dss(batch: Batch) -> "torch.Tensor":
    """Return the similarity of each pair, (N,)."""
    bands = _batched_bands(batch.device)
    x, y = _batched_blocks(tensors.planes.grey(batch), bands.basis)
    mean_x, mean_y = _batched_blur(x), _batched_blur(y)
    variance_x = (_batched_blur(x * x) - mean_x * mean_x).clamp_(min=0)
    variance_y = (_batched_blur(y * y) - mean_y * mean_y).clamp_(min=0)
    squared = (variance_x.sqrt() - variance_y.sqrt()).square_()
    lacks = _batched_worst(squared / (variance_x + variance_y + bands.constants))
    product = (variance_x[:, 0] * variance_y[:, 0]).sqrt_()
    covariance = _batched_blur(x[:, 0] * y[:, 0]) - mean_x[:, 0] * mean_y[:, 0]
    covariance = covariance.clamp(-product, product)
    correlation = _batched_worst((product - covariance) / (product + _DC))
    lacks[:, 0] += correlation - lacks[:, 0] * correlation
    return 1 - (lacks * bands.weights).sum(1)


class DctBands(NamedTuple):
    """The K subbands that count, the blocks' mean first, on a device."""

    basis: "torch.Tensor"
    """(K, 64)."""
    weights: "torch.Tensor"
    """(K,)."""
    constants: "torch.Tensor"
    """(K, 1, 1)."""


@lru_cache(maxsize=4)
def _batched_bands(device: "torch.device") -> DctBands:
    rows, columns = np.nonzero(_WEIGHTS)
    basis = np.einsum("ki,kj->kij", _BASIS[rows], _BASIS[columns]).reshape(len(rows), -1)
    constants = np.where(rows + columns == 0, _DC, _AC)[:, None, None]
    arrays = basis, _WEIGHTS[rows, columns], constants
    return DctBands(*(torch.tensor(array, dtype=torch.float64, device=device) for array in arrays))


def _batched_blocks(planes: "torch.Tensor", basis: "torch.Tensor") -> "torch.Tensor":
    """Return (2, N, K, H / 8, W / 8) for (2, N, H, W)."""
    height, width = (length // _SIDE for length in planes.shape[-2:])
    inner = planes[..., : height * _SIDE, : width * _SIDE]
    lead = planes.shape[:2]
    split = inner.reshape(*lead, height, _SIDE, width, _SIDE).permute(0, 1, 3, 5, 2, 4)
    blocks = split.reshape(*lead, _SIDE**2, height * width).double()
    return torch.matmul(basis, blocks).reshape(*lead, -1, height, width)


def _batched_blur(planes: "torch.Tensor") -> "torch.Tensor":
    taps = tensors.filters.gaussian(3, 1.5)
    return tensors.filters.framed(planes, taps, taps)


def _batched_worst(lacks: "torch.Tensor") -> "torch.Tensor":
    """Return the mean of the largest 5 % of each plane."""
    flat = lacks.flatten(-2)
    count = floor(_WORST * flat.shape[-1] + 0.5)
    return flat.topk(count, sorted=False).values.mean(-1)
