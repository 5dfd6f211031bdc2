"""Mean errors of batches: the torch form of `shared.mean_errors`."""

import torch
from torch import Tensor

from iqabench.metrics.core.batch import Batch


def mean_absolute(batch: Batch) -> Tensor:
    """Return the mean absolute error of each pair in 8-bit levels, (N,)."""
    return _difference(batch).abs_().mean((1, 2, 3), dtype=torch.float64) * batch.unit


def mean_squared(batch: Batch) -> Tensor:
    """Return the mean squared error of each pair in squared 8-bit levels, (N,); computed once."""
    return batch.shared("mean_squared", _mean_squared)


def _mean_squared(batch: Batch) -> Tensor:
    squares = _difference(batch).square_()
    return squares.mean((1, 2, 3), dtype=torch.float64) * batch.unit**2


def _difference(batch: Batch) -> Tensor:
    """Return the difference of counts, in the least precision in which whole levels and squares are exact."""
    number = torch.float32 if batch.counts.dtype == torch.uint8 else torch.float64
    return batch.counts[0].to(number) - batch.counts[1].to(number)
