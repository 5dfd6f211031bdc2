"""Additive white Gaussian noise, the same numbers on every machine and in every year."""

import numpy as np

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image


@degradation(
    title="Gaussian noise",
    strength="sigma",
    unit_of_strength="8-bit levels",
    usual=(15, 25, 50),
    source="KAIR's test scripts: seed 0 for every image, drawn on (H, W, C), not clipped",
    random=True,
)
def noise(image: Image, *, sigma: float, seed: int = 0) -> Image:
    """Add noise: `image + 255 * RandomState(seed).normal(0, sigma / 255, image.shape)`.

    The generator is numpy's legacy one: its stream never changes, and the literature's scripts draw from it.

    Shapes: (H, W, C), C last and RGB order: another layout is another noise.
    Returns: float64 in units of 0..255, neither clipped nor rounded.
    Raises: UsageError for a negative sigma.
    """
    if not 0 <= sigma < np.inf:
        raise UsageError(
            f"noise was given sigma {sigma}; expected 0 or more 8-bit levels, such as 25."
        )
    # Paper: KAIR adds in float32; here: in double, because no level should hang on a dtype.
    drawn = np.random.RandomState(seed).normal(0.0, sigma / 255.0, image.shape)
    return np.asarray(image + drawn * 255.0, dtype=np.float64)
