"""Deviation pooling: how unevenly quality is spread, which is what GMSD and its descendants report."""

import numpy as np

from iqabench.images import Pair
from iqabench.metrics.shared.gradients import Plane, lack, magnitudes
from iqabench.metrics.shared.structural_similarity import plane_sum

C = 170.0
"""The constant of the similarity of gradients."""
_WEIGHTS = (0.096, 0.596, 0.289, 0.019)
_MASK = 0.5

SCALES = len(_WEIGHTS)


def squares(plane: Plane) -> float:
    """The sum of squared deviations from the mean."""
    deviation = plane - np.float32(plane_sum(plane) / plane.size)
    deviation *= deviation
    return plane_sum(deviation)


def multi_scale(pair: Pair) -> float:
    """The weighted root mean square over four scales of the deviation of masked similarity; once a pair."""
    return pair.shared("multi_scale_deviation", _multi_scale)


def _multi_scale(pair: Pair) -> float:
    total = 0.0
    for halvings, weight in enumerate(_WEIGHTS):
        similarity = lack(*magnitudes(pair, halvings), C, _MASK)
        total += weight * squares(similarity) / similarity.size
    return float(np.sqrt(total))
