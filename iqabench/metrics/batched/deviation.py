"""Deviation pooling of gradients: mirrors `gmsd.py`, `_deviation.py` and `mdsi.py`."""

from math import sqrt

import torch
from torch import Tensor

from iqabench.metrics.batched.batch import Batch, batched_metric
from iqabench.metrics.batched.filters import PLANE, block_means, mixed
from iqabench.metrics.batched.planes import gradient, lack, length, magnitudes
from iqabench.metrics.full_reference.mdsi import _ALPHA, _C1, _C2, _C3, _LHM
from iqabench.metrics.shared.deviation import C
from iqabench.metrics.shared.reduced import factor

_ROWS = [tuple(row) for row in _LHM.tolist()]


@batched_metric(0.0)
def gmsd(batch: Batch) -> Tensor:
    """Mirrors gmsd.py."""
    lacks = lack(magnitudes(batch), C).double()
    deviations = lacks - lacks.mean(PLANE, keepdim=True)
    count = lacks[0].numel()
    return (deviations.square_().sum(PLANE) / (count - 1)).sqrt()


@batched_metric(0.0)
def mdsi(batch: Batch) -> Tensor:
    """Mirrors mdsi.py."""
    by = factor(*batch.counts.shape[-2:])
    values = batch.values.float()
    small = block_means(values, by, (by - 1) // 2) if by > 1 else values
    light, h, m = (mixed(small, row, torch.float32) for row in _ROWS)
    lacks = _structure(light).double() * _ALPHA
    lacks += (1 - _ALPHA) * _colour(h, m)
    return _deviation(lacks).pow(0.25)


def _structure(light: Tensor) -> Tensor:
    """What the gradients' similarity lacks to 1, corrected by that of each to their mean image."""
    across, down = gradient(light)
    mean = length((across[0] + across[1]) * 0.5, (down[0] + down[1]) * 0.5)
    first, second = length(across, down)
    return lack((first, second), _C1) + lack((first, mean), _C2) - lack((second, mean), _C2)


def _colour(h: Tensor, m: Tensor) -> Tensor:
    """What the chroma's similarity lacks to 1."""
    distance = (h[0] - h[1]) ** 2 + (m[0] - m[1]) ** 2
    return distance / ((h * h).sum(0) + (m * m).sum(0) + _C3)


def _deviation(lacks: Tensor) -> Tensor:
    """The mean distance of the fourth roots of similarity from their mean, in the complex plane."""
    root = (1 - lacks).abs_().sqrt_().sqrt_()
    below = lacks / ((1 + root) * (1 + root * root))
    turned = root * sqrt(0.5)  # both parts of e^(i pi / 4) root
    beyond = lacks > 1
    real = torch.where(beyond, 1 - turned, below)
    imaginary = torch.where(beyond, -turned, 0.0)
    real -= real.mean(PLANE, keepdim=True)
    imaginary -= imaginary.mean(PLANE, keepdim=True)
    return torch.hypot(real, imaginary).mean(PLANE)
