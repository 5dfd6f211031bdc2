"""Spectral residual saliency: the torch form of `spectral_residual` and `sr_sim_maps`."""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iqabench.images.imresize import imresize
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.shared.spectral_residual import NOTHING, QUARTER, SIGMA, WINDOW
from iqabench.metrics.shared.sr_sim_maps import GRADIENT_CONSTANT, SALIENCY_CONSTANT
from iqabench.metrics.shared.tensors.downsampling import (
    flat,
    likeness,
    luma_gradients,
    normalised,
    yiq,
)
from iqabench.metrics.shared.tensors.filters import PLANE, framed, within

_SQUARED = (np.arange(WINDOW) - (WINDOW - 1) / 2) ** 2
_BELL = np.exp(-_SQUARED / (2 * SIGMA**2))
_TAPS = tuple((_BELL / _BELL.sum()).tolist())
_THIRDS = (1 / 3,) * 3


def spectral(batch: Batch) -> tuple[Tensor, Tensor]:
    """The map of similarity, and where it counts; made once."""
    return batch.shared("spectral", _make_spectral)


def _make_spectral(batch: Batch) -> tuple[Tensor, Tensor]:
    saliency = spectral_residual(yiq(batch)[0])
    similarity = likeness(saliency, SALIENCY_CONSTANT)
    similarity *= likeness(luma_gradients(batch), GRADIENT_CONSTANT).sqrt_()
    return similarity, saliency.amax(0)


def spectral_residual(planes: Tensor) -> Tensor:
    """The saliency of planes (2, N, h, w), about 0 to 1; zeros where they are flat."""
    (down, up), (left, right) = (_passes(side, planes.device) for side in planes.shape[-2:])
    spectrum = torch.fft.fft2(down @ planes @ left.mT)
    amplitude = spectrum.abs()
    least = NOTHING * amplitude.amax(PLANE, keepdim=True)
    spectrum = torch.where(amplitude <= least, 0.0, spectrum)
    logarithm = torch.maximum(amplitude, least).log_()
    mean = within(functional.pad(logarithm, (1, 1, 1, 1), "replicate"), _THIRDS)
    residual = torch.fft.ifft2(spectrum * torch.exp(-mean)).abs().square_()
    saliency = up @ normalised(framed(residual, _TAPS, _TAPS)) @ right.mT
    return torch.where(flat(planes), 0.0, saliency)


@lru_cache(maxsize=16)
def _passes(side: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """The matrices that make a side a quarter as long, and as long again."""
    down = imresize(np.eye(side), (QUARTER, 1.0))
    small = len(down)
    up = imresize(np.eye(small), (side / small, 1.0))[:side]
    return torch.tensor(down, device=device), torch.tensor(up, device=device)
