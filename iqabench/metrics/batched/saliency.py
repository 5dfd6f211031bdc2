"""Saliency by simple priors: mirrors `_sdsp.py`, `_linear.py` and `vsi.py`."""

from functools import lru_cache

import torch
from torch import Tensor

from iqabench.metrics.batched.batch import Batch, batched_metric
from iqabench.metrics.batched.filters import block_means, mixed
from iqabench.metrics.batched.reduced import (
    components,
    gradients,
    likeness,
    normalised,
    pooled,
    real_power,
)
from iqabench.metrics.full_reference.vsi import _ALPHA, _BETA, _CHROMA, _GRADIENT, _LMN, _SALIENCY
from iqabench.metrics.shared.linear import _pass
from iqabench.metrics.shared.reduced import factor
from iqabench.metrics.shared.sdsp import _SIDE, _WARMTH, _WHITE, _XYZ, _centre, _log_gabor

_RELATIVE = [tuple(row) for row in (_XYZ / _WHITE).tolist()]


@batched_metric(1.0)
def vsi(batch: Batch) -> Tensor:
    """Mirrors vsi.py."""
    by = factor(*batch.counts.shape[-2:])
    saliency = sdsp(batch.values)
    if by > 1:
        saliency = block_means(saliency, by, (by - 1) // 2)
    saliency = saliency.double()
    luma, m, n = components(batch, _LMN)
    similarity = likeness(saliency, _SALIENCY)
    similarity *= likeness(gradients(luma), _GRADIENT) ** _ALPHA
    similarity *= real_power(likeness(m, _CHROMA) * likeness(n, _CHROMA), _BETA)
    return pooled(similarity, saliency.amax(0))


def sdsp(images: Tensor) -> Tensor:
    """The saliency (2, N, H, W) of images (2, N, C, H, W) in 0..255, from 0 to 1; zeros if they are flat."""
    height, width = images.shape[-2:]
    flat = (images == images[..., :1, :1]).all(-1).all(-1).all(-1)
    small = _resized(images.float(), _SIDE, _SIDE).double()
    lab = _lab(small)
    log_gabor, centre = _maps(images.device)
    waves = torch.fft.irfft2(torch.fft.rfft2(lab) * log_gabor, (_SIDE, _SIDE))
    contrast = waves.square_().sum(-3).sqrt_()
    warmth = normalised(lab[..., 1:, :, :]).square_().sum(-3)
    saliency = contrast * centre * (1 - torch.exp(-warmth / _WARMTH**2))
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
    """Of one pass, (size, length)."""
    return torch.tensor(_pass(length, size).toarray(), device=device)


@lru_cache(maxsize=4)
def _maps(device: torch.device) -> tuple[Tensor, Tensor]:
    return torch.tensor(_log_gabor(), device=device), torch.tensor(_centre(), device=device)
