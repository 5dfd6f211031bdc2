"""Luminance, its halves and their gradients: the torch form of `grey`, `half_sizes` and `gradients`."""

from collections.abc import Sequence

import torch
from torch import Tensor

from iqabench.metrics.core.batch import Batch
from iqabench.metrics.shared.gradients import DIFFERENCE, MEAN
from iqabench.metrics.shared.grey import LUMINANCE_WEIGHTS
from iqabench.metrics.shared.tensors.filters import block_means, framed, mixed

_LUMINANCE = tuple(LUMINANCE_WEIGHTS[0].tolist())
_ACROSS, _ALONG = tuple(DIFFERENCE.tolist()), tuple(MEAN.tolist())


def grey(batch: Batch) -> Tensor:
    """Luminance (2, N, H, W) of float32, not rounded; made once."""
    return batch.shared("grey", _grey)


def grey_half(batch: Batch) -> Tensor:
    """The same at half size, made once."""
    return batch.shared("grey_half", lambda b: block_means(grey(b), 2))


def magnitudes(batch: Batch) -> Tensor:
    """Lengths of the gradients of `grey_half`; made once."""
    return batch.shared("magnitudes", lambda b: length(*gradient(grey_half(b))))


def gradient(planes: Tensor) -> tuple[Tensor, Tensor]:
    """Prewitt's, across and down; zeros lie around the planes."""
    return framed(planes, _ACROSS, _ALONG), framed(planes, _ALONG, _ACROSS)


def length(across: Tensor, down: Tensor) -> Tensor:
    """Return the length of the gradient with these components."""
    return torch.addcmul(across * across, down, down).sqrt_()


def lack(both: Sequence[Tensor] | Tensor, constant: float) -> Tensor:
    """Return 1 minus the similarity of two planes of magnitudes."""
    a, b = both
    squared = (a - b).square_()
    lacks: Tensor = squared / (squared + 2 * a * b + constant)
    return lacks


def _grey(batch: Batch) -> Tensor:
    values = batch.values
    if values.shape[2] == 1:
        return values[:, :, 0].float()
    return mixed(values, _LUMINANCE, torch.float64).float()
