"""Haar wavelet-based perceptual similarity index."""

from math import exp, log

import cv2
import numpy as np

from iqabench.images import Pair
from iqabench.metrics.core.batch import Batch
from iqabench.metrics.core.batched import batched_form
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared import tensors
from iqabench.metrics.shared.gradients import Plane, lack
from iqabench.metrics.shared.half_sizes import Halves, colour_halves, grey_halves
from iqabench.metrics.shared.structural_similarity import plane_sum

_C = 30.0
_ALPHA = 4.2
_YIQ = np.array([[0.299, 0.587, 0.114], [0.596, -0.274, -0.322], [0.211, -0.523, 0.312]])
"""The weights of Y, I and Q in the authors' digits."""


@metric(
    title="Haar wavelet-based perceptual similarity index",
    better="higher",
    identical=1.0,
    low=0.0,
    high=1.0,
    min_size=16,
    colour=True,
    source="Reisenhofer et al., A Haar wavelet-based perceptual similarity index for image quality "
    "assessment, Signal Processing: Image Communication 61, 2018",
    cost=16,
)
def haarpsi(pair: Pair) -> float:
    """Return the similarity of fine Haar coefficients, weighed by the coarse ones, and that of chroma.

    On YIQ at half size, C = 30, alpha = 4.2. piq has I and Q in four digits instead of the authors'
    three, and is off by up to 0.002 where colours change. One channel has no chroma to agree in, so R = G =
    B gives more than the same image in grey: the authors' program makes that difference, too.

    Range: 0 to 1, which is the value of identical images.
    Source: Reisenhofer et al., Signal Processing: Image Communication 61, 2018.
    """
    planes = grey_halves(pair, 1)
    lost = weight = 0.0
    weights = []
    for direction in (False, True):
        similarity = _lack(planes, 1, direction) + _lack(planes, 2, direction)
        weights.append(np.maximum(*_coefficients(planes, 3, direction)))
        lost += plane_sum(_logistic(similarity) * weights[-1])
        weight += plane_sum(weights[-1])
    if pair.shape[2] == 3:
        lost += plane_sum(_logistic(_chroma(pair)) * (weights[0] + weights[1])) / 2
        weight *= 1.5  # chroma weighs as much as the mean of both directions
    return _index(lost / weight) if lost else 1.0


def _coefficients(planes: Halves, scale: int, transposed: bool) -> tuple[Plane, Plane]:
    """Magnitudes of the Haar coefficients of 2**scale pixels a side, zeros around the planes."""
    half = 2 ** (scale - 1)
    step = np.repeat([1.0, -1.0], half)
    mean = np.full(2 * half, 0.5**scale)
    taps = (mean, step) if transposed else (step, mean)
    return _filtered(planes.output, *taps), _filtered(planes.target, *taps)


def _filtered(plane: Plane, across: Plane, down: Plane) -> Plane:
    """Magnitudes of what conv2(plane, ..., 'same') gives for as many taps, even in number, either way."""
    anchor = (across.size // 2 - 1, down.size // 2 - 1)
    result = cv2.sepFilter2D(plane, -1, across, down, anchor=anchor, borderType=cv2.BORDER_CONSTANT)
    return np.asarray(np.abs(result, out=result))


def _lack(planes: Halves, scale: int, transposed: bool) -> Plane:
    return lack(*_coefficients(planes, scale, transposed), _C)


def _chroma(pair: Pair) -> Plane:
    """Return 1 minus the similarity of I plus 1 minus that of Q."""
    output, target = (cv2.split(cv2.transform(image, _YIQ))[1:] for image in colour_halves(pair, 1))
    i, q = (lack(_mean(x), _mean(y), _C) for x, y in zip(output, target, strict=True))
    i += q
    return i


def _mean(plane: Plane) -> Plane:
    """Magnitudes of the means of 2 x 2 pixels."""
    taps = np.full(2, 0.5)
    return _filtered(plane, taps, taps)


def _logistic(two: Plane) -> Plane:
    """Return the loss of the logistic function, for the sum of the losses of two similarities.

    s(a) - s(a - x) = r (e^x - 1) / ((1 + r)(1 + r e^x)) where r = e^-a: no digit is lost near 0.
    Overwrites `two`.
    """
    r = exp(-_ALPHA)
    two *= np.float32(_ALPHA / 2)
    grown = np.expm1(two, out=two)
    return np.float32(r / (1 + r)) * grown / (np.float32(r) * grown + np.float32(1 + r))


def _index(lost: float) -> float:
    """The similarity whose logistic function lacks that much."""
    value = 1 / (1 + exp(-_ALPHA)) - lost
    return min(1.0, (log(value / (1 - value)) / _ALPHA) ** 2)


@batched_form(of=haarpsi)
def batched_haarpsi(batch: Batch) -> "torch.Tensor":
    """Return the index of each pair, (N,)."""
    planes = tensors.planes.grey_half(batch)
    lost, weight, weights = [], [], []
    for direction in (False, True):
        similarity = _batched_lack(planes, 1, direction) + _batched_lack(planes, 2, direction)
        weights.append(_batched_coefficients(planes, 3, direction).amax(0))
        lost.append(_batched_sum(_batched_logistic(similarity) * weights[-1]))
        weight.append(_batched_sum(weights[-1]))
    lost_in_all, weight_in_all = lost[0] + lost[1], weight[0] + weight[1]
    if batch.counts.shape[2] == 3:
        chroma = _batched_logistic(_batched_chroma(batch))
        lost_in_all += _batched_sum(chroma * (weights[0] + weights[1])) / 2
        weight_in_all *= 1.5
    return torch.where(lost_in_all > 0, _batched_index(lost_in_all / weight_in_all), 1.0)


def _batched_sum(planes: "torch.Tensor") -> "torch.Tensor":
    return planes.sum(tensors.filters.PLANE, dtype=torch.float64)


def _batched_coefficients(planes: "torch.Tensor", scale: int, transposed: bool) -> "torch.Tensor":
    half = 2 ** (scale - 1)
    step = (1.0,) * half + (-1.0,) * half
    mean = (0.5**scale,) * (2 * half)
    taps = (mean, step) if transposed else (step, mean)
    return tensors.filters.framed(planes, *taps).abs_()


def _batched_lack(planes: "torch.Tensor", scale: int, transposed: bool) -> "torch.Tensor":
    return tensors.planes.lack(_batched_coefficients(planes, scale, transposed), _C)


def _batched_chroma(batch: Batch) -> "torch.Tensor":
    """Return 1 minus the similarity of I plus 1 minus that of Q."""
    two = (0.5, 0.5)
    halves = tensors.filters.block_means(batch.values.float(), 2)
    i, q = (
        tensors.filters.framed(
            tensors.filters.mixed(halves, tuple(row), torch.float32), two, two
        ).abs_()
        for row in _YIQ.tolist()[1:]
    )
    return tensors.planes.lack(i, _C) + tensors.planes.lack(q, _C)


def _batched_logistic(two: "torch.Tensor") -> "torch.Tensor":
    """Return what `_logistic` does, without overwriting `two`."""
    r = exp(-_ALPHA)
    grown = torch.expm1(two * (_ALPHA / 2))
    return r / (1 + r) * grown / (r * grown + (1 + r))


def _batched_index(lost: "torch.Tensor") -> "torch.Tensor":
    """Return the similarity whose logistic function lacks that much."""
    value = 1 / (1 + exp(-_ALPHA)) - lost
    return (torch.log(value / (1 - value)) / _ALPHA).square().clamp(max=1.0)
