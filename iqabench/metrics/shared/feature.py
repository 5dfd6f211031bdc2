"""What FSIM and FSIMc share: the map of similar phase and gradients, and where it counts."""

from typing import NamedTuple

import numpy as np

from iqabench.images import Pair
from iqabench.metrics.shared.likeness import likeness, luma_gradients
from iqabench.metrics.shared.phase import phase_congruency
from iqabench.metrics.shared.reduced import Doubles, yiq

_PHASE = 0.85
_GRADIENT = 160.0


class Features(NamedTuple):
    """Maps of the reduced pair."""

    similarity: Doubles
    weight: Doubles


def features(pair: Pair) -> Features:
    """Made once a pair."""
    return pair.shared("features", _features)


def _features(pair: Pair) -> Features:
    luma = yiq(pair)[0]
    output, target = phase_congruency(luma.output), phase_congruency(luma.target)
    similarity = likeness(output, target, _PHASE)
    similarity *= likeness(*luma_gradients(pair), _GRADIENT)
    return Features(similarity, np.maximum(output, target))
