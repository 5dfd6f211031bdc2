"""Gaussian blur."""

from math import ceil, inf
from typing import Literal

import cv2
import numpy as np

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image, quantise

Edge = Literal["reflect", "symmetric"]
_BORDERS = {"reflect": cv2.BORDER_REFLECT_101, "symmetric": cv2.BORDER_REFLECT}


@degradation(
    title="Gaussian blur",
    strength="sigma",
    unit_of_strength="pixels",
    usual=(1, 1.6, 2, 4),
    source="sampled and normalised Gaussian, as MATLAB's fspecial('gaussian', size, sigma)",
)
def blur(image: Image, *, sigma: float, size: int | None = None, edge: Edge = "reflect") -> Image:
    """Filter `image` by a Gaussian of size x size pixels, in double precision.

    `size` is odd; by default `2 * ceil(3 * sigma) + 1`. Outside, the image is reflected about the
    middle of its edge pixel (c b | a b c), or with edge `symmetric` about its rim (b a | a b c), as
    SciPy's gaussian_filter does.

    Shapes: (H, W, C), returned alike.
    Returns: uint8 (rounded half up once, at the end) for uint8, else float64.
    Raises: UsageError for a sigma or a size that is not positive, an even size, and an unknown edge.
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
    if edge not in _BORDERS:
        raise UsageError(f"blur was given the edge '{edge}'; expected {' or '.join(_BORDERS)}.")
    border = _BORDERS[edge]
    blurred = cv2.sepFilter2D(source, cv2.CV_64F, weights, weights, borderType=border)
    out = np.asarray(blurred).reshape(image.shape)
    return quantise(out) if image.dtype == np.uint8 else out
