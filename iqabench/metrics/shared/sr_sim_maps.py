"""The maps that SR-SIM and its variant with colour share: similarity and its weight."""

from typing import NamedTuple

import numpy as np

from iqabench.images import Pair
from iqabench.metrics.shared.downsampling import Doubles, yiq
from iqabench.metrics.shared.similarity_maps import likeness, luma_gradients
from iqabench.metrics.shared.spectral_residual import QUARTER, WINDOW, spectral_residual

LEAST = round(WINDOW / QUARTER)
"""Pixels a side of which the smoothing window sees the image whole."""

SALIENCY_CONSTANT = 0.40
GRADIENT_CONSTANT = 225.0


class Spectral(NamedTuple):
    """Maps of the reduced pair."""

    similarity: Doubles
    weight: Doubles


def spectral(pair: Pair) -> Spectral:
    """Return the maps of the pair, computed once."""
    return pair.shared("spectral", _spectral)


def _spectral(pair: Pair) -> Spectral:
    luma = yiq(pair)[0]
    output, target = spectral_residual(luma.output), spectral_residual(luma.target)
    similarity = likeness(output, target, SALIENCY_CONSTANT)
    similarity *= np.sqrt(likeness(*luma_gradients(pair), GRADIENT_CONSTANT))
    return Spectral(similarity, np.maximum(output, target))
