"""Checks of sensors' data, and inputs made of the measured part of a spectrum."""

from collections.abc import Mapping

import numpy as np

from iqabench.errors import SetError
from iqabench.images import Part


def require_counts(parts: Mapping[str, Part], peak: int, name: str) -> None:
    """Check that images of a sensor have its depth, its peak and the same bands.

    Raises: SetError for images of 8 bits, values above the peak, a panchromatic image of several bands, and
        a target of other bands than the input.
    """
    bits = peak.bit_length()
    for role, part in parts.items():
        if part.dtype == np.uint8:
            raise SetError(
                f"the {role} of '{name}' has 8 bits; expected the counts of the sensor in 16-bit files, such "
                f"as 0 to {peak} for {bits} bits. An image that was stretched to 8 bits cannot be converted "
                "back: take the file that it was made from."
            )
        high = int(part.max())
        if high > peak:
            raise SetError(
                f"the {role} of '{name}' holds values up to {high}; expected {bits} bits, 0 to {peak}. An "
                f"image that was stretched to 16 bits must be divided again by {_stretch(high, peak)}."
            )
    pan = parts.get("pan")
    if pan is not None and pan.shape[3] != 1:
        raise SetError(f"the pan of '{name}' has {pan.shape[3]} bands; expected one.")
    if {"input", "target"} <= parts.keys():
        bands = [parts[role].shape[3] for role in ("input", "target")]
        if bands[0] != bands[1]:
            raise SetError(
                f"the input of '{name}' has {bands[0]} bands and its target {bands[1]}; expected the same "
                "bands."
            )


def _stretch(high: int, peak: int) -> int:
    """Return the power of two by which a value comes below the peak."""
    factor = 2
    while high // factor > peak:
        factor *= 2
    return factor


def measured_part(target: Part, mask: Part, name: str) -> Part:
    """Return the images of which only the part of the spectrum inside a mask was measured.

    The mask is that of the shifted spectrum, whose middle is the frequency 0.

    Shapes: target (T, H, W, C); mask (1, H, W, 1) or (T, H, W, 1), 0 outside. Returns: complex64.
    Raises: SetError when the mask has another size.
    """
    if mask.shape[1:3] != target.shape[1:3]:
        raise SetError(
            f"the mask of '{name}' is {mask.shape[2]}x{mask.shape[1]} and the target "
            f"{target.shape[2]}x{target.shape[1]}; expected one size."
        )
    inside = np.fft.ifftshift(mask > 0, axes=(1, 2))
    spectrum = np.fft.fft2(target.astype(np.complex128), axes=(1, 2)) * inside
    filled: Part = np.fft.ifft2(spectrum, axes=(1, 2)).astype(np.complex64)
    return filled
