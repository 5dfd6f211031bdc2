"""Rounding to 8 bits, the last step of inputs that are stored as images."""

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image, quantise


@degradation(
    title="Rounding to 8 bits",
    strength="bits",
    unit_of_strength="bits",
    usual=(8,),
    source="images that are stored before they are restored",
)
def rounding(image: Image, *, bits: float = 8) -> Image:
    """Return the image clipped to 0..255 and rounded half up to 8 bits.

    Shapes: (H, W, C), returned alike, uint8.
    Raises: UsageError for another number of bits.
    """
    if bits != 8:
        raise UsageError(f"rounding was given {bits} bits; expected 8.")
    return quantise(image)
