"""Gaussian blur."""

from math import ceil, inf

import cv2
import numpy as np

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image, quantise


@degradation(
    title="Gaussian blur",
    strength="sigma",
    unit_of_strength="pixels",
    usual=(1, 1.6, 2, 4),
    source="sampled and normalised Gaussian, as MATLAB's fspecial('gaussian', size, sigma)",
)
def blur(image: Image, *, sigma: float, size: int | None = None) -> Image:
    """Filter `image` by a Gaussian of size x size pixels, in double precision.

    `size` is odd; by default `2 * ceil(3 * sigma) + 1`. Outside, the image is reflected about the
    middle of its edge pixel (c b | a b c).

    Shapes: (H, W, C), returned alike.
    Returns: uint8 (rounded half up once, at the end) for uint8, else float64.
    Raises: UsageError for a sigma or a size that is not positive, and for an even size.
    """
    if not 0 < sigma < inf:
        raise UsageError(
            f"blur was given sigma {sigma}; expected a standard deviation above 0, such as 1.6."
        )
    size = 2 * ceil(3 * sigma) + 1 if size is None else size
    if size < 1 or size % 2 == 0:
        raise UsageError(
            f"blur was given a kernel of size {size}; expected an odd number, such as 7."
        )
    distance = np.arange(size) - size // 2
    weights = np.exp(-0.5 * (distance / sigma) ** 2)
    weights /= weights.sum()
    source = np.ascontiguousarray(image, dtype=np.float64)
    edge = cv2.BORDER_REFLECT_101
    blurred = cv2.sepFilter2D(source, cv2.CV_64F, weights, weights, borderType=edge)
    out = np.asarray(blurred).reshape(image.shape)
    return quantise(out) if image.dtype == np.uint8 else out
