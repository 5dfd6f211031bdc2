"""Posterisation, as a degradation."""

import numpy as np

from iqabench.degradations.core.degradation import degradation
from iqabench.images import Image


@degradation(
    title="Posterisation",
    strength="step",
    unit_of_strength="8-bit levels",
    usual=(16, 32),
    source="a stranger",
)
def stranger_steps(image: Image, *, step: float) -> Image:
    """Return the image with values rounded to multiples of `step`, of the same shape and type."""
    return np.clip(np.round(image / step) * step, 0, 255).astype(image.dtype)
