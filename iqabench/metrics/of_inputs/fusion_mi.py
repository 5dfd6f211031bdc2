"""Mutual information of a fused image and its sources."""

import numpy as np

from iqabench.images import InputsView
from iqabench.metrics.core.metric import against_inputs
from iqabench.metrics.shared.source_planes import Plane, source_planes

_LEVELS = 256


@against_inputs(
    title="Mutual information with the sources",
    better="higher",
    low=0.0,
    source="Qu et al., Information measure for performance of image fusion, Electronics Letters 38(7), 2002",
    cost=120,
)
def fusion_mi(seen: InputsView) -> float:
    """Return the sum over sources of their mutual information with the output, in bits.

    Histograms have the 256 levels of luminance, rounded half up.

    Range: 0 upwards, at most 8 for each source.
    Source: Qu et al., Electronics Letters 38(7), 2002.
    Raises: MetricError when sources have another size.
    """
    output, sources = source_planes(seen)
    return sum(_information(output, source) for source in sources)


def _information(first: Plane, second: Plane) -> float:
    pairs = _levels(first) * _LEVELS + _levels(second)
    joint = np.bincount(pairs.ravel(), minlength=_LEVELS**2).reshape(_LEVELS, _LEVELS) / pairs.size
    apart = joint.sum(axis=1, keepdims=True) * joint.sum(axis=0, keepdims=True)
    inside = joint > 0
    return float((joint[inside] * np.log2(joint[inside] / apart[inside])).sum())


def _levels(plane: Plane) -> "np.ndarray[tuple[int, ...], np.dtype[np.int64]]":
    return np.clip(np.floor(plane + 0.5), 0, _LEVELS - 1).astype(np.int64)
