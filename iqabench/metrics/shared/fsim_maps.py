"""The maps that FSIM and FSIMc share: the similarity of phase and gradients, and its weight."""

from typing import NamedTuple

import numpy as np

from iqabench.images import Pair
from iqabench.metrics.shared.downsampling import Doubles, yiq
from iqabench.metrics.shared.phase_congruency import phase_congruency
from iqabench.metrics.shared.similarity_maps import likeness, luma_gradients

PHASE_CONSTANT = 0.85
GRADIENT_CONSTANT = 160.0


class Features(NamedTuple):
    """Maps of the reduced pair."""

    similarity: Doubles
    weight: Doubles


def features(pair: Pair) -> Features:
    """Return the maps of the pair, computed once."""
    return pair.shared("features", _features)


def _features(pair: Pair) -> Features:
    luma = yiq(pair)[0]
    output, target = phase_congruency(luma.output), phase_congruency(luma.target)
    similarity = likeness(output, target, PHASE_CONSTANT)
    similarity *= likeness(*luma_gradients(pair), GRADIENT_CONSTANT)
    return Features(similarity, np.maximum(output, target))
