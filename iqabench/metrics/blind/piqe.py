"""Perception-based image quality evaluator."""

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import OutputView
from iqabench.metrics.core.metric import no_reference
from iqabench.metrics.shared.grey import rounded_grey
from iqabench.metrics.shared.natural_scene_statistics import mscn

_SIDE = 16
"""Pixels a side of a block."""
_SEGMENT = 6
"""Pixels of a segment of a block's edge."""
_ACTIVE = 0.1
"""The variance beyond which a block counts."""
_FLAT = 0.1
"""The deviation below which a segment shows an artifact."""
_CENTRE = [7, 8]
_SURROUND = [column for column in range(_SIDE) if column not in (7, 9)]

Doubles = NDArray[np.float64]


@no_reference(
    title="Perception-based image quality evaluator",
    better="lower",
    source="Venkatanath et al., Blind image quality evaluation using perception based features, NCC 2015; "
    "MATLAB's piqe()",
    cost=13,
)
def piqe(seen: OutputView) -> float:
    """Return the share of distortion in the active blocks, those in which something varies.

    Blocks of 16x16 contrast-normalised coefficients with a variance v above 0.1 count. One that has a flat
    segment of 6 pixels along an edge adds 1 - v, one that looks like noise adds v; the score is
    100 (1 + sum) / (1 + blocks). Sides are filled up to whole blocks with their last row and column.

    Range: 0 to 100, which is the value of flat images; an image made for the purpose can leave it, as v
        can be a little above 1.
    Source: Venkatanath et al., NCC 2015, as MATLAB's piqe() has it, not rounded. Like there, a block's
        surround lacks its columns 8 and 10, where the paper's centre is 8 and 9. pyiqa divides by the
        image's own maximum instead of 255 and mirrors the sides.
    """
    blocks = _blocks(mscn(_whole_blocks(rounded_grey(seen))))
    variance = _variance(blocks)
    active = variance > _ACTIVE
    blocks, variance = blocks[active], variance[active]
    lost = _has_flat_edge(blocks) * (1 - variance) + _is_noisy(blocks, variance) * variance
    return float(100 * (lost.sum() + 1) / (variance.size + 1))


def _whole_blocks(grey: NDArray[np.uint8]) -> Doubles:
    """Shapes: (H, W) to the next multiples of 16."""
    below, right = (-side % _SIDE for side in grey.shape)
    framed = cv2.copyMakeBorder(grey, 0, below, 0, right, cv2.BORDER_REPLICATE)
    return framed.astype(np.float64)


def _blocks(plane: Doubles) -> Doubles:
    """Shapes: (16 R, 16 C) to (R C, 16, 16)."""
    height, width = plane.shape
    tiles = plane.reshape(height // _SIDE, _SIDE, width // _SIDE, _SIDE).transpose(0, 2, 1, 3)
    return np.ascontiguousarray(tiles).reshape(-1, _SIDE, _SIDE)


def _variance(values: Doubles) -> Doubles:
    """Return the variance of each block, with n - 1 in the denominator."""
    variance: Doubles = values.var(axis=(1, 2), ddof=1)
    return variance


def _has_flat_edge(blocks: Doubles) -> NDArray[np.bool_]:
    edges = [blocks[:, 0], blocks[:, -1], blocks[:, :, 0], blocks[:, :, -1]]
    segments = np.lib.stride_tricks.sliding_window_view(np.stack(edges, 1), _SEGMENT, axis=2)
    flat: NDArray[Any] = (segments.std(axis=3, ddof=1) < _FLAT).any(axis=(1, 2))
    return flat


def _is_noisy(blocks: Doubles, variance: Doubles) -> NDArray[np.bool_]:
    """Return whether the deviation of a block is alike to the ratio of those in its centre and surround."""
    deviation = np.sqrt(variance)
    ratio = np.sqrt(_variance(blocks[:, :, _CENTRE]) / _variance(blocks[:, :, _SURROUND]))
    unlike = np.abs(deviation - ratio) / np.maximum(deviation, ratio)
    return np.asarray(deviation > 2 * unlike)
