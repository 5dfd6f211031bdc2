"""Information content: the torch form of `information_content`.

In double precision but for the logarithms, where the single version has single: what it rounds off, it
rounds off.
"""

from functools import lru_cache

import numpy as np
import torch
from torch import Tensor
from torch.nn import functional

from iqabench.metrics.shared.information_content import NEIGHBOURS, NOISE, NULL, TINY, Offset
from iqabench.metrics.shared.tensors.filters import ACROSS, DOWN, PLANE, within

_THREE = (1.0, 1.0, 1.0)


def information(output: Tensor, target: Tensor, coarser: Tensor | None) -> Tensor:
    """The weights of two bands (N, h, w), without the outermost pixels; `coarser` is the target's next."""
    height, width = target.shape[-2:]
    parent = None if coarser is None else _enlarged(coarser)[:, 1 : height - 1, 1 : width - 1]
    values, vectors = torch.linalg.eigh(_covariance(target, parent))
    known = values > NULL * values[:, -1:]
    scales = torch.where(known, (values * values.shape[1]).rsqrt(), 0.0)
    triangle = torch.linalg.qr(scales[:, :, None] * vectors.mT, mode="r").R
    strength = _strength(target, parent, triangle)
    gain, noise = _regression(output, target)
    gain = ((NOISE * (gain * gain + 1) + noise) * strength / NOISE**2).float()
    noise = (noise / NOISE + 1).float()
    weights = torch.zeros_like(noise)
    for value in values.clamp(min=0).float().unbind(1):
        weights += torch.addcmul(noise, gain, value[:, None, None]).log_()
    return weights


def _covariance(target: Tensor, parent: Tensor | None) -> Tensor:
    """(N, 10, 10) or (N, 9, 9): mean products of each two neighbours, of the parent first."""
    sums = _products(target)
    if parent is not None:
        height, width = parent.shape[-2:]
        parts = [target[:, y : y + height, x : x + width] for y, x in NEIGHBOURS]
        row = torch.stack([(parent * part).sum(PLANE) for part in (parent, *parts)], 1)
        sums = torch.cat([row[:, None, 1:], sums], 1)
        sums = torch.cat([row[:, :, None], sums], 2)
    return sums / ((target.shape[-2] - 2) * (target.shape[-1] - 2))


def _products(plane: Tensor) -> Tensor:
    """(N, 9, 9): of two neighbours in 3x3, summed. All pairs of one distance are parts of one product."""
    height, width = (side - 2 for side in plane.shape[-2:])
    sums: dict[tuple[Offset, Offset], Tensor] = {}
    for y, x in sorted(
        {(b[0] - a[0], b[1] - a[1]) for a in NEIGHBOURS for b in NEIGHBOURS if a <= b}
    ):
        left = max(0, -x)
        upper = plane[:, : height + 2 - y, left : width + 2 - max(0, x)]
        lower = plane[:, y:, left + x : width + 2 - max(0, -x)]
        product = upper * lower
        for column in range(left, 3 - max(0, x)):
            lines = product[:, :, column - left : column - left + width].sum(-1)
            for row in range(3 - y):
                total = lines[:, row : row + height].sum(-1)
                sums[(row, column), (row + y, column + x)] = total
    rows = [torch.stack([sums[min(a, b), max(a, b)] for a in NEIGHBOURS], 1) for b in NEIGHBOURS]
    return torch.stack(rows, 1)


def _regression(output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """Gain and variance of noise that make the output of the target, in 3x3."""
    mean_x, mean_y = _mean(torch.stack([target, output]))
    square_x, square_y, product = _mean(torch.stack([target**2, output**2, target * output]))
    covariance = product - mean_x * mean_y
    variance_x, variance_y = square_x - mean_x**2, square_y - mean_y**2
    none = (variance_x < TINY) | (variance_y < TINY)
    gain = torch.where(none, 0.0, covariance / variance_x)
    return gain, (variance_y - gain * covariance).clamp_(min=0)


def _mean(planes: Tensor) -> Tensor:
    return within(planes, _THREE) / 9


def _strength(target: Tensor, parent: Tensor | None, factors: Tensor) -> Tensor:
    """The sum of the squares of the neighbours' products with each row of the factors (N, 10, 10).

    They are triangles: only one row needs the parent, which is first.
    """
    count, height, width = target.shape
    strength = target.new_zeros((count, height - 2, width - 2))
    for number, row in enumerate(factors.unbind(1)):
        kernel = row[:, -9:].reshape(count, 1, 3, 3)
        part = functional.conv2d(target[None], kernel, groups=count)[0]
        if parent is not None and number == 0:
            part.addcmul_(parent, row[:, :1, None])
        strength.addcmul_(part, part)
    return strength


def _enlarged(planes: Tensor) -> Tensor:
    """Twice as large, the authors' way."""
    for dim in (DOWN, ACROSS):
        first, share = _stretch(planes.shape[dim], planes.device)
        share = share[:, None] if dim == DOWN else share
        before, after = planes.index_select(dim, first), planes.index_select(dim, first + 1)
        planes = torch.lerp(before, after, share.expand_as(before))
    return planes


@lru_cache(maxsize=32)
def _stretch(count: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return for each pixel of the enlarged side its predecessor and the share of the one after it."""
    size = 4 * count - 3
    at = np.clip((np.arange(size) + 0.5) * count / size - 0.5, 0, count - 1)
    at = np.concatenate([[2 * at[0] - at[1]], at[1::2], [2 * at[-1] - at[-2]]])
    first = np.clip(np.floor(at).astype(np.int64), 0, count - 2)
    return torch.tensor(first, device=device), torch.tensor(at - first, device=device)
