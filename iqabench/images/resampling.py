"""The weights of MATLAB's imresize along one dimension, cut into small dense blocks.

An output row mixes a few neighbouring input rows, so the matrix of a pass is a band. A block
of output rows shares most of their input rows; its part of the band is one small dense matrix, and
the pass is a run of small matrix products: BLAS speed, few wasted zeros, and input slices that
stay in the cache.

Any order of summation gives the same 8-bit pixels with the cubic kernel at the usual scales. At 2,
4 and 8, up or down, weights are multiples of a power of two and every sum is exact in double
precision; at 3 they are multiples of 1/81 (down) or 1/27 (up), odd denominators that never land on
a half.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import ceil, isfinite
from typing import Literal, NamedTuple

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import UsageError

Doubles = NDArray[np.float64]
Edge = Literal["mirror", "clamp"]
"""The pixels outside: the image mirrored, edge pixel included (newer MATLAB), or its edge pixel."""
Kernel = Literal["cubic", "lanczos3", "nearest"]

_BLOCK_DOWN, _BLOCK_UP = 8, 16
"""Output rows in a block, measured: fewer mean more calls, more multiply more zeros."""


@dataclass(frozen=True)
class Band:
    """One pass: row `b * block + i` is `weights[b, i] @ input[start[b]:start[b] + taps]`."""

    size: int
    """Output rows; the last block may be padded with rows of zeros."""
    start: NDArray[np.intp]
    """Shape (blocks,): the first input row of each block."""
    weights: Doubles
    """Shape (blocks, block, taps)."""


class _Shape(NamedTuple):
    function: Callable[[Doubles], Doubles]
    width: float
    antialias: bool


def _cubic(x: Doubles) -> Doubles:
    """Return Keys' kernel, a = -0.5."""
    x = np.abs(x)
    inner = 1.5 * x**3 - 2.5 * x**2 + 1.0
    outer = -0.5 * x**3 + 2.5 * x**2 - 4.0 * x + 2.0
    return np.where(x <= 1.0, inner, np.where(x <= 2.0, outer, 0.0))


def _lanczos3(x: Doubles) -> Doubles:
    eps = float(np.finfo(np.float64).eps)  # MATLAB's way around 0/0
    wave = (np.sin(np.pi * x) * np.sin(np.pi * x / 3.0) + eps) / (np.pi**2 * x**2 / 3.0 + eps)
    return np.where(np.abs(x) < 3.0, wave, 0.0)


def _box(x: Doubles) -> Doubles:
    return ((x >= -0.5) & (x < 0.5)).astype(np.float64)


_SHAPES: dict[str, _Shape] = {
    "cubic": _Shape(_cubic, 4.0, True),
    "lanczos3": _Shape(_lanczos3, 6.0, True),
    "nearest": _Shape(_box, 1.0, False),
}


@lru_cache(maxsize=128)
def band(length: int, scale: float, kernel: Kernel, edge: Edge) -> Band:
    """Return the pass that resizes `length` rows by `scale`.

    Raises: UsageError for a scale that is not positive, an unknown kernel or an unknown edge rule.
    """
    _require_known(scale, kernel, edge)
    size = ceil(scale * length)
    index, weight = _taps(size, scale, _SHAPES[kernel])
    index = _inside(index, length, edge)
    block = _BLOCK_DOWN if scale < 1 else _BLOCK_UP
    blocks = -(-size // block)
    rows = np.minimum(np.arange(blocks * block), size - 1).reshape(blocks, block)
    first, last = index.min(axis=1)[rows].min(axis=1), index.max(axis=1)[rows].max(axis=1)
    taps = int((last - first).max()) + 1
    start = np.minimum(first, length - taps)
    weights = np.zeros((blocks * block, taps))
    line = np.arange(size)[:, None]
    # Mirrored taps can meet on one row: their weights add up.
    np.add.at(weights, (line, index - start[line // block]), weight)
    return Band(size, start, weights.reshape(blocks, block, taps))


def _taps(size: int, scale: float, shape: _Shape) -> tuple[NDArray[np.intp], Doubles]:
    """Return input rows, from 0 and possibly outside, and weights of every output row: (size, P)."""
    stretch = min(scale, 1.0) if shape.antialias else 1.0
    width = shape.width / stretch
    # MATLAB counts from 1; so do these two lines, or the rounding of `centre` would differ.
    centre = np.arange(1, size + 1) / scale + 0.5 * (1.0 - 1.0 / scale)
    index = np.floor(centre - width / 2.0)[:, None] + np.arange(ceil(width) + 2)
    weight = stretch * shape.function(stretch * (centre[:, None] - index))
    weight /= weight.sum(axis=1, keepdims=True)
    used = weight.any(axis=0)
    return index[:, used].astype(np.intp) - 1, weight[:, used]


def _inside(index: NDArray[np.intp], length: int, edge: Edge) -> NDArray[np.intp]:
    if edge == "clamp":
        return index.clip(0, length - 1)
    there_and_back = index % (2 * length)
    return np.minimum(there_and_back, 2 * length - 1 - there_and_back)


def _require_known(scale: float, kernel: str, edge: str) -> None:
    if not (isfinite(scale) and scale > 0):
        raise UsageError(f"cannot resize by {scale}; expected a scale above 0, such as 0.25 or 4.")
    if kernel not in _SHAPES:
        raise UsageError(f"no kernel is called '{kernel}'; expected one of {', '.join(_SHAPES)}.")
    if edge not in ("mirror", "clamp"):
        raise UsageError(f"no edge rule is called '{edge}'; expected mirror or clamp.")
