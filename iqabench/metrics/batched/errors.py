"""Mean errors: mirrors `_errors.py`, `psnr.py`, `rmse.py` and `mae.py`."""

from math import inf

import torch
from torch import Tensor

from iqabench.images import Pair
from iqabench.metrics.batched.batch import Batch, batched_metric


@batched_metric(inf)
def psnr(batch: Batch) -> Tensor:
    """Mirrors psnr.py."""
    return 10 * torch.log10(Pair.peak**2 / mean_squared(batch))


@batched_metric(0.0)
def rmse(batch: Batch) -> Tensor:
    """Mirrors rmse.py."""
    return mean_squared(batch).sqrt()


@batched_metric(0.0)
def mae(batch: Batch) -> Tensor:
    """Mirrors mae.py."""
    return _difference(batch).abs_().mean((1, 2, 3), dtype=torch.float64) * batch.unit


def mean_squared(batch: Batch) -> Tensor:
    """In squared 8-bit levels; made once."""
    return batch.shared("mean_squared", _mean_squared)


def _mean_squared(batch: Batch) -> Tensor:
    squares = _difference(batch).square_()
    return squares.mean((1, 2, 3), dtype=torch.float64) * batch.unit**2


def _difference(batch: Batch) -> Tensor:
    """Of counts; whole numbers below 256 and their squares are exact in single precision."""
    number = torch.float32 if batch.counts.dtype == torch.uint8 else torch.float64
    return batch.counts[0].to(number) - batch.counts[1].to(number)
