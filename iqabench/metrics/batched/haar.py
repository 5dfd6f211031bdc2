"""Haar wavelets: mirrors `haarpsi.py`."""

from math import exp

import torch
from torch import Tensor

from iqabench.metrics.batched.batch import Batch, batched_metric
from iqabench.metrics.batched.filters import PLANE, block_means, framed, mixed
from iqabench.metrics.batched.planes import grey_half, lack
from iqabench.metrics.full_reference.haarpsi import _ALPHA, _C, _YIQ

_CHROMA = [tuple(row) for row in _YIQ.tolist()[1:]]
_TWO = (0.5, 0.5)


@batched_metric(1.0)
def haarpsi(batch: Batch) -> Tensor:
    """Mirrors haarpsi.py."""
    planes = grey_half(batch)
    lost, weight, weights = [], [], []
    for direction in (False, True):
        similarity = _lack(planes, 1, direction) + _lack(planes, 2, direction)
        weights.append(_coefficients(planes, 3, direction).amax(0))
        lost.append(_total(_logistic(similarity) * weights[-1]))
        weight.append(_total(weights[-1]))
    lost_in_all, weight_in_all = lost[0] + lost[1], weight[0] + weight[1]
    if batch.counts.shape[2] == 3:
        lost_in_all += _total(_logistic(_chroma(batch)) * (weights[0] + weights[1])) / 2
        weight_in_all *= 1.5
    return torch.where(lost_in_all > 0, _index(lost_in_all / weight_in_all), 1.0)


def _total(planes: Tensor) -> Tensor:
    return planes.sum(PLANE, dtype=torch.float64)


def _coefficients(planes: Tensor, scale: int, transposed: bool) -> Tensor:
    half = 2 ** (scale - 1)
    step = (1.0,) * half + (-1.0,) * half
    mean = (0.5**scale,) * (2 * half)
    return framed(planes, *((mean, step) if transposed else (step, mean))).abs_()


def _lack(planes: Tensor, scale: int, transposed: bool) -> Tensor:
    return lack(_coefficients(planes, scale, transposed), _C)


def _chroma(batch: Batch) -> Tensor:
    """What the similarities of I and of Q lack to 1, added."""
    halves = block_means(batch.values.float(), 2)
    i, q = (framed(mixed(halves, row, torch.float32), _TWO, _TWO).abs_() for row in _CHROMA)
    return lack(i, _C) + lack(q, _C)


def _logistic(two: Tensor) -> Tensor:
    """What the logistic function of a similarity lacks to that of 1, of what two similarities lack."""
    r = exp(-_ALPHA)
    grown = torch.expm1(two * (_ALPHA / 2))
    return r / (1 + r) * grown / (r * grown + (1 + r))


def _index(lost: Tensor) -> Tensor:
    """The similarity whose logistic function lacks that much."""
    value = 1 / (1 + exp(-_ALPHA)) - lost
    return (torch.log(value / (1 - value)) / _ALPHA).square().clamp(max=1.0)
