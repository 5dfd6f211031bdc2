"""Deviation pooling: how unevenly quality is spread, which is what GMSD and its descendants report."""

import numpy as np

from iqabench.images import Pair
from iqabench.metrics.shared.gaussian import _total
from iqabench.metrics.shared.gradients import Plane, lack, magnitudes

C = 170.0
"""Of the similarity of gradients."""
_WEIGHTS = (0.096, 0.596, 0.289, 0.019)
_MASK = 0.5

SCALES = len(_WEIGHTS)


def squares(plane: Plane) -> float:
    """The sum of squared deviations from the mean."""
    deviation = plane - np.float32(_total(plane) / plane.size)
    deviation *= deviation
    return _total(deviation)


def multi_scale(pair: Pair) -> float:
    """The weighted root mean square over four scales of the deviation of masked similarity; once a pair."""
    return pair.shared("multi_scale_deviation", _multi_scale)


def _multi_scale(pair: Pair) -> float:
    total = 0.0
    for halvings, weight in enumerate(_WEIGHTS):
        similarity = lack(*magnitudes(pair, halvings), C, _MASK)
        total += weight * squares(similarity) / similarity.size
    return float(np.sqrt(total))
