"""The mask of the measured part of a spectrum, as an image."""

import numpy as np

from iqabench.degradations.core.degradation import degradation
from iqabench.degradations.spectrum_centre import measured_window
from iqabench.images import Image


@degradation(
    title="Mask of a measured spectrum",
    strength="factor",
    unit_of_strength="division of each axis",
    usual=(2, 4),
    source="the window of spectrum_centre",
)
def spectrum_mask(image: Image, *, factor: float) -> Image:
    """Return 255 where `spectrum_centre` keeps the shifted spectrum of such an image, and 0 elsewhere.

    Shapes: (H, W, C) to (H, W, 1). Returns: uint8.
    Raises: UsageError for a factor below 1; ImageError where the window has no middle.
    """
    window = measured_window(image, factor, "spectrum_mask")
    return np.where(window, np.uint8(255), np.uint8(0))[:, :, None]
