"""Saliency by simple priors: the torch form of `sdsp` and `bilinear`."""

from functools import lru_cache

import torch
from torch import Tensor

from iqabench.metrics.shared.bilinear import resizing_matrix
from iqabench.metrics.shared.sdsp import SIDE, WARMTH, WHITE, XYZ, centre_weights, log_gabor_filter
from iqabench.metrics.shared.tensors.downsampling import (
    normalised,
)
from iqabench.metrics.shared.tensors.filters import mixed

_RELATIVE = [tuple(row) for row in (XYZ / WHITE).tolist()]


def sdsp(images: Tensor) -> Tensor:
    """The saliency (2, N, H, W) of images (2, N, C, H, W) in 0..255, from 0 to 1; zeros if they are flat."""
    height, width = images.shape[-2:]
    flat = (images == images[..., :1, :1]).all(-1).all(-1).all(-1)
    small = _resized(images.float(), SIDE, SIDE).double()
    lab = _lab(small)
    log_gabor, centre = _maps(images.device)
    waves = torch.fft.irfft2(torch.fft.rfft2(lab) * log_gabor, (SIDE, SIDE))
    contrast = waves.square_().sum(-3).sqrt_()
    warmth = normalised(lab[..., 1:, :, :]).square_().sum(-3)
    saliency = contrast * centre * (1 - torch.exp(-warmth / WARMTH**2))
    large = normalised(_resized(saliency.float(), height, width))
    return torch.where(flat[..., None, None], 0.0, large)


def _lab(rgb: Tensor) -> Tensor:
    """(..., C, h, w) in 0..255 to (..., 3, h, w)."""
    values = rgb.clamp(min=0) / 255
    linear = torch.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)
    xyz = torch.stack([mixed(linear, row, torch.float64) for row in _RELATIVE], -3)
    bent = torch.where(xyz > 0.008856, xyz ** (1 / 3), (903.3 * xyz + 16) / 116)
    x, y, z = bent.unbind(-3)
    return torch.stack([116 * y - 16, 500 * (x - y), 200 * (y - z)], -3)


def _resized(planes: Tensor, height: int, width: int) -> Tensor:
    rows, columns = planes.shape[-2:]
    down, across = _matrix(rows, height, planes.device), _matrix(columns, width, planes.device)
    if height <= rows:
        return down @ planes @ across.mT
    return down @ (planes @ across.mT)


@lru_cache(maxsize=16)
def _matrix(length: int, size: int, device: torch.device) -> Tensor:
    """Return the matrix (size, length) of one pass."""
    return torch.tensor(resizing_matrix(length, size).toarray(), device=device)


@lru_cache(maxsize=4)
def _maps(device: torch.device) -> tuple[Tensor, Tensor]:
    return torch.tensor(log_gabor_filter(), device=device), torch.tensor(
        centre_weights(), device=device
    )
