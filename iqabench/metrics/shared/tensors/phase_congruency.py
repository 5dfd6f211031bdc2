"""Phase congruency and the maps of FSIM: the torch form of `phase_congruency` and `fsim_maps`.

In double precision throughout, where the single versions take it in doubt. Filters and noise are theirs.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor

from iqabench.metrics.core.batch import Batch
from iqabench.metrics.shared.fsim_maps import GRADIENT_CONSTANT, PHASE_CONSTANT
from iqabench.metrics.shared.phase_congruency import EPSILON, filter_bank
from iqabench.metrics.shared.tensors.downsampling import (
    flat,
    likeness,
    luma_gradients,
    yiq,
)
from iqabench.metrics.shared.tensors.filters import PLANE


def features(batch: Batch) -> tuple[Tensor, Tensor]:
    """The map of similar phase and gradients, and where it counts; made once."""
    return batch.shared("features", _make_features)


def _make_features(batch: Batch) -> tuple[Tensor, Tensor]:
    phase = phase_congruency(yiq(batch)[0])
    similarity = likeness(phase, PHASE_CONSTANT) * likeness(
        luma_gradients(batch), GRADIENT_CONSTANT
    )
    return similarity, phase.amax(0)


def phase_congruency(planes: Tensor) -> Tensor:
    """Between 0 and 1 at each point of planes (2, N, h, w); 0 where they are flat."""
    height, width = planes.shape[-2:]
    bank, noise = _bank_on(height, width, planes.device)
    centred = (planes - planes.mean(PLANE, keepdim=True)).flatten(0, 1)
    spectrum = torch.fft.fft2(centred)[:, None]
    energies, amplitudes = torch.zeros_like(centred), torch.zeros_like(centred)
    for direction, filters in enumerate(bank):
        waves = torch.fft.ifft2(spectrum * filters)
        squares = waves.real.square() + waves.imag.square()
        threshold = (noise[direction] * _median(squares[:, 0])).sqrt()
        amplitudes += squares.sqrt_().sum(1)
        energies += (_energy(waves) - threshold[:, None, None]).clamp_(min=0)
    congruency = torch.where(amplitudes > 0, energies / amplitudes, 0.0)
    return torch.where(flat(planes), 0.0, congruency.reshape(planes.shape))


def _energy(waves: Tensor) -> Tensor:
    """Return what the waves (P, scales, h, w) have along their mean direction, less what they have across."""
    mean = waves.sum(1, keepdim=True)
    length = mean.abs()
    inverse = 1 / (length + EPSILON)
    across = waves.real * (mean.imag * inverse) - waves.imag * (mean.real * inverse)
    return (length * length * inverse)[:, 0] - across.abs_().sum(1)


def _median(planes: Tensor) -> Tensor:
    """Return the median of each plane, the mean of the two middle values if they are two."""
    values = planes.flatten(1)
    count = values.shape[1]
    upper = values.kthvalue(count // 2 + 1).values
    return upper if count % 2 else (values.kthvalue(count // 2).values + upper) / 2


@lru_cache(maxsize=4)
def _bank_on(height: int, width: int, device: torch.device) -> tuple[Tensor, list[float]]:
    bank = filter_bank(height, width, np.dtype(np.float64))
    return torch.tensor(bank.filters, device=device), bank.noise
