"""Rounding to a number of bits; to 8 for inputs that are stored as images."""

import numpy as np

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image, quantise


@degradation(
    title="Rounding",
    strength="bits",
    unit_of_strength="bits, 1..8",
    usual=(8, 5, 3, 2),
    source="images that are stored before they are restored, at 8 bits",
)
def rounding(image: Image, *, bits: float = 8) -> Image:
    """Return the image clipped to 0..255 and rounded half up to one of 2^bits levels from 0 to 255.

    Shapes: (H, W, C), returned alike, uint8.
    Raises: UsageError for a number of bits that is not one of 1, 2 ... 8.
    """
    if not 1 <= bits <= 8 or bits != int(bits):
        raise UsageError(f"rounding was given {bits} bits; expected a whole number from 1 to 8.")
    if bits == 8:
        return quantise(image)
    step = 255 / (2 ** int(bits) - 1)
    levels = np.floor(np.clip(np.asarray(image, dtype=np.float64), 0, 255) / step + 0.5)
    return quantise(levels * step)
