"""Q^AB/F, the edges of the sources that a fused image keeps."""

import cv2
import numpy as np

from iqabench.images import InputsView
from iqabench.metrics.core.metric import against_inputs
from iqabench.metrics.shared.source_planes import Plane, source_planes

_STRENGTH = (0.9994, -15.0, 0.5)
_ORIENTATION = (0.9879, -22.0, 0.8)
"""The limit, the slope and the middle of the sigmoid of each kind of preservation."""


@against_inputs(
    title="Q^AB/F, edges kept from the sources",
    better="higher",
    low=0.0,
    high=1.0,
    source="Xydeas and Petrovic, Objective image fusion performance measure, Electronics Letters 36(4), 2000",
    cost=90,
)
def q_abf(seen: InputsView) -> float:
    """Return how far strength and orientation of the sources' edges are kept, weighed by strength.

    Gradients are Sobel's on luminance, with mirrored edges. Where no source has an edge, the value is 0.

    Range: 0 to nearly 1.
    Source: Xydeas and Petrovic, Electronics Letters 36(4), 2000.
    Raises: MetricError when sources have another size.
    """
    output, sources = source_planes(seen)
    fused = _edges(output)
    kept = weights = 0.0
    for source in sources:
        strength, orientation = _edges(source)
        kept += float((_preserved(strength, orientation, *fused) * strength).sum())
        weights += float(strength.sum())
    return kept / weights if weights else 0.0


def _edges(plane: Plane) -> tuple[Plane, Plane]:
    """Return strength and orientation of the gradient; the orientation of none is that of an upright edge."""
    across = np.asarray(cv2.Sobel(plane, cv2.CV_64F, 1, 0, borderType=cv2.BORDER_REFLECT))
    down = np.asarray(cv2.Sobel(plane, cv2.CV_64F, 0, 1, borderType=cv2.BORDER_REFLECT))
    slope = np.divide(down, across, out=np.full_like(down, np.inf), where=across != 0)
    return np.hypot(across, down), np.arctan(slope)


def _preserved(
    strength: Plane, orientation: Plane, fused_strength: Plane, fused_orientation: Plane
) -> Plane:
    larger = np.maximum(strength, fused_strength)
    smaller = np.minimum(strength, fused_strength)
    ratio = np.divide(smaller, larger, out=np.zeros_like(larger), where=larger > 0)
    agreement = 1 - np.abs(orientation - fused_orientation) / (np.pi / 2)
    return _sigmoid(ratio, *_STRENGTH) * _sigmoid(agreement, *_ORIENTATION)


def _sigmoid(x: Plane, limit: float, slope: float, middle: float) -> Plane:
    value: Plane = limit / (1 + np.exp(slope * (x - middle)))
    return value
