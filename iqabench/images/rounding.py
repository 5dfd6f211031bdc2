"""Pixels of 8 bits made from floats: rounded, cut off, or left as they are, as a protocol says."""

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.images.read import Image
from iqabench.protocol import Protocol


def as_compared(protocol: Protocol, output: Image) -> Image:
    """Return the output with its values as the protocol compares them: of 8 bits, or as floats.

    Raises: ImageError when it holds NaN or infinite values.
    """
    if protocol.quantise:
        return truncate(output) if protocol.truncate else quantise(output)
    is_luma = protocol.channels.startswith("luma")  # which is clipped to its own swing
    return np.clip(output, 0, 255) if protocol.clip and not is_luma else output


def quantise(image: Image) -> NDArray[np.uint8]:
    """Return the image clipped to 0..255 and rounded half up to 8 bits.

    Raises: ImageError when it holds NaN or infinite values.
    """
    if image.dtype == np.uint8:
        return image
    low, high = image.min(), image.max()  # NaN if there is one
    if not (np.isfinite(low) and np.isfinite(high)):
        raise ImageError("the image holds NaN or infinite values.")
    raised = np.add(image, 0.5, dtype=np.result_type(image, np.float32))
    if low < 0 or high > 255:
        np.clip(raised, 0.5, 255.5, out=raised)
    return raised.astype(np.uint8, order="C")


def truncate(image: Image) -> NDArray[np.uint8]:
    """Return the image clipped to 0..255, with fractions cut off: on average half a level darker.

    Raises: ImageError when it holds NaN or infinite values.
    """
    if image.dtype == np.uint8:
        return image
    if not np.isfinite(image).all():
        raise ImageError("the image holds NaN or infinite values.")
    return np.clip(image, 0, 255).astype(np.uint8, order="C")
