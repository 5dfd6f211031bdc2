"""Peak signal-to-noise ratio with blocking effect."""

from math import inf, log2, log10

import cv2
import numpy as np

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.grey import grey
from iqabench.metrics.shared.structural_similarity import Plane

_BLOCK = 8
"""Pixels a side of the blocks that JPEG codes."""


@metric(
    title="Peak signal-to-noise ratio with blocking effect",
    unit="dB",
    better="higher",
    identical=inf,
    low=-3.63,
    min_size=2 * _BLOCK,
    source="Yim & Bovik, Quality assessment of deblocked images, IEEE TIP 20(1), 2011",
    cost=5.3,
)
def psnr_b(pair: Pair) -> float:
    """Return PSNR, whose error is raised by the edges that the output has where blocks of 8x8 pixels meet.

    Of luminance. What is added to the mean squared error is by how much the mean squared step between
    neighbours across blocks exceeds that between all others, times log2(8) / log2(shorter side). Blocks
    start at the first pixel compared, so a protocol that leaves out a border must leave out whole blocks.

    The number of steps across blocks is height (width / 8 - 1) + width (height / 8 - 1), a fraction for
    some sizes, as in the MATLAB code in use. torchmetrics 1.x has height width / 8 - 1 in its place, and
    is higher by up to 0.2 dB. An output that equals its target is infinitely good here; by the
    formula it would pay for edges that the target has at the same places.

    Range: -3.63 to infinity, which is the value of identical images.
    Source: Yim & Bovik, IEEE TIP 20(1), 2011.
    """
    output, target = grey(pair)
    difference = cv2.subtract(output, target)
    error = float(np.square(difference, out=difference).mean(dtype=np.float64))
    if not error:
        return inf
    return 10 * log10(pair.peak**2 / (error + _blocking(output)))


def _blocking(plane: Plane) -> float:
    """The blocking effect factor, in squared levels."""
    height, width = plane.shape
    columns = _steps(plane[:, 1:], plane[:, :-1], 0)
    rows = _steps(plane[1:], plane[:-1], 1)
    across = float(columns[_BLOCK - 1 :: _BLOCK].sum() + rows[_BLOCK - 1 :: _BLOCK].sum())
    within = float(columns.sum() + rows.sum()) - across
    seams = height * (width / _BLOCK - 1) + width * (height / _BLOCK - 1)
    others = height * (width - 1) + width * (height - 1) - seams
    excess = across / seams - within / others
    return float(max(excess, 0.0) * log2(_BLOCK) / log2(min(height, width)))


def _steps(plane: Plane, neighbour: Plane, axis: int) -> Plane:
    """Squared differences, summed in double along an axis."""
    step: Plane = cv2.subtract(plane, neighbour)
    step *= step
    return np.asarray(cv2.reduce(step, axis, cv2.REDUCE_SUM, dtype=cv2.CV_64F)).ravel()
