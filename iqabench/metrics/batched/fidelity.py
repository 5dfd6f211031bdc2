"""Visual information fidelity in the pixel domain: mirrors `vifp.py`, in double precision as there."""

import torch
from torch import Tensor

from iqabench.metrics.batched.batch import Batch, batched_metric
from iqabench.metrics.batched.filters import PLANE, gaussian, within
from iqabench.metrics.batched.planes import grey
from iqabench.metrics.full_reference.vifp import _FLAT, _NOISE, _SIZES


@batched_metric(1.0)
def vifp(batch: Batch) -> Tensor:
    """Mirrors vifp.py."""
    planes = grey(batch).double()
    kept = held = torch.zeros(planes.shape[1], dtype=torch.float64, device=planes.device)
    for size in _SIZES:
        if size != _SIZES[0]:
            planes = _mean(planes, size)[..., ::2, ::2].contiguous()
        k, h = _information(planes, size)
        kept, held = kept + k, held + h
    flat = planes[0].amax(PLANE) - planes[0].amin(PLANE) < _FLAT
    return torch.where(held > 0, kept / held, flat.double())


def _information(planes: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """In nats, of all windows at one scale: what outputs keep and what targets hold."""
    x, y = planes[0], planes[1]
    mean_x, mean_y = _mean(planes, size)
    square_x, square_y, product = _mean(torch.stack([x * x, y * y, x * y]), size)
    variance_x, variance_y = square_x - mean_x * mean_x, square_y - mean_y * mean_y
    covariance = product - mean_x * mean_y
    variance_y = torch.where(variance_y < _FLAT, 0.0, variance_y)
    nothing = (variance_y == 0) | (variance_x < _FLAT) | (covariance < 0)
    covariance.masked_fill_(nothing, 0)
    signal = torch.where(nothing, 0.0, covariance / variance_y * covariance)
    noise = (variance_x - signal).clamp_(min=0).add_(_NOISE)
    return torch.log1p(signal / noise).sum(PLANE), torch.log1p(variance_y / _NOISE).sum(PLANE)


def _mean(planes: Tensor, size: int) -> Tensor:
    return within(planes, gaussian(size, size / 5))
