"""Subbands of the discrete cosine transform: mirrors `dss.py`, in double precision as there."""

from functools import lru_cache
from math import floor
from typing import NamedTuple

import numpy as np
import torch
from torch import Tensor

from iqabench.metrics.batched.batch import Batch, batched_metric
from iqabench.metrics.batched.filters import framed, gaussian
from iqabench.metrics.batched.planes import grey
from iqabench.metrics.full_reference.dss import _AC, _BASIS, _DC, _SIDE, _WEIGHTS, _WORST

_TAPS = gaussian(3, 1.5)


class _Bands(NamedTuple):
    """Those that count, the blocks' mean first."""

    basis: Tensor
    """(K, 64)."""
    weights: Tensor
    """(K,)."""
    constants: Tensor
    """(K, 1, 1)."""


@batched_metric(1.0)
def dss(batch: Batch) -> Tensor:
    """Mirrors dss.py."""
    bands = _bands(batch.device)
    x, y = _transformed(grey(batch), bands.basis)
    mean_x, mean_y = _blur(x), _blur(y)
    variance_x = (_blur(x * x) - mean_x * mean_x).clamp_(min=0)
    variance_y = (_blur(y * y) - mean_y * mean_y).clamp_(min=0)
    squared = (variance_x.sqrt() - variance_y.sqrt()).square_()
    lacks = _worst(squared / (variance_x + variance_y + bands.constants))
    product = (variance_x[:, 0] * variance_y[:, 0]).sqrt_()
    covariance = _blur(x[:, 0] * y[:, 0]) - mean_x[:, 0] * mean_y[:, 0]
    covariance = covariance.clamp(-product, product)
    correlation = _worst((product - covariance) / (product + _DC))
    lacks[:, 0] += correlation - lacks[:, 0] * correlation
    return 1 - (lacks * bands.weights).sum(1)


def _transformed(planes: Tensor, basis: Tensor) -> Tensor:
    """(2, N, H, W) to (2, N, K, H / 8, W / 8)."""
    height, width = (length // _SIDE for length in planes.shape[-2:])
    inner = planes[..., : height * _SIDE, : width * _SIDE]
    lead = planes.shape[:2]
    split = inner.reshape(*lead, height, _SIDE, width, _SIDE).permute(0, 1, 3, 5, 2, 4)
    blocks = split.reshape(*lead, _SIDE**2, height * width).double()
    return torch.matmul(basis, blocks).reshape(*lead, -1, height, width)


def _blur(planes: Tensor) -> Tensor:
    return framed(planes, _TAPS, _TAPS)


def _worst(lacks: Tensor) -> Tensor:
    """The mean of the largest 5 % of each plane."""
    flat = lacks.flatten(-2)
    count = floor(_WORST * flat.shape[-1] + 0.5)
    return flat.topk(count, sorted=False).values.mean(-1)


@lru_cache(maxsize=4)
def _bands(device: torch.device) -> _Bands:
    rows, columns = np.nonzero(_WEIGHTS)
    basis = np.einsum("ki,kj->kij", _BASIS[rows], _BASIS[columns]).reshape(len(rows), -1)
    constants = np.where(rows + columns == 0, _DC, _AC)[:, None, None]
    arrays = basis, _WEIGHTS[rows, columns], constants
    return _Bands(*(torch.tensor(array, dtype=torch.float64, device=device) for array in arrays))
