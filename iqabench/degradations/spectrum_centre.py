"""Measuring only the middle of a spectrum, as in magnetic resonance imaging."""

import numpy as np
from numpy.typing import NDArray

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import ImageError, UsageError
from iqabench.images import Image


@degradation(
    title="Middle of the spectrum",
    strength="factor",
    unit_of_strength="division of each axis",
    usual=(2, 4),
    source="zero-filled reconstruction of a centred window of the orthonormal shifted spectrum",
)
def spectrum_centre(image: Image, *, factor: float) -> Image:
    """Set the spectrum to 0 outside a centred window of 1/factor of its rows and columns.

    Shapes: (H, W, C), returned alike; the window has H/factor rows, as many on either side.
    Returns: complex64.
    Raises: UsageError for a factor below 1; ImageError where the window has no middle.
    """
    window = measured_window(image, factor, "spectrum_centre")
    spectrum = np.fft.fft2(image.astype(np.complex128), axes=(0, 1))
    kept = spectrum * np.fft.ifftshift(window)[:, :, None]
    filled: Image = np.fft.ifft2(kept, axes=(0, 1)).astype(np.complex64)
    return filled


def measured_window(image: Image, factor: float, name: str) -> NDArray[np.bool_]:
    """Return which places of the shifted spectrum lie in the centred window; `name` is that of the caller.

    Shapes: (H, W).
    Raises: as `spectrum_centre`.
    """
    if not 1 <= factor < float("inf"):
        raise UsageError(
            f"{name} was given the factor {factor}; expected a number of 1 or more, such as 4."
        )
    height, width = image.shape[:2]
    spans = []
    for side in (height, width):
        kept = int(side / factor)
        if not kept or (side - kept) % 2:
            raise ImageError(
                f"an image of {width}x{height} has no centred window of 1/{factor:g} of its spectrum; "
                "expected sides of which an even number of rows and columns is left out."
            )
        start = (side - kept) // 2
        spans.append((np.arange(side) >= start) & (np.arange(side) < start + kept))
    inside: NDArray[np.bool_] = spans[0][:, None] & spans[1][None, :]
    return inside
