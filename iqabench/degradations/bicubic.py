"""Bicubic downscaling, equal to MATLAB's imresize to the pixel; see `iqabench.images.imresize`."""

from math import inf

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image
from iqabench.images.imresize import imresize
from iqabench.images.resampling import Edge

__all__ = ["bicubic", "imresize"]


@degradation(
    title="Bicubic downscaling",
    strength="scale",
    unit_of_strength="times smaller",
    usual=(2, 3, 4, 8),
    source="MATLAB imresize; Keys, IEEE Trans. ASSP 29(6), 1981",
)
def bicubic(image: Image, *, scale: float, edge: Edge = "mirror") -> Image:
    """Return `image` at 1/scale of its size, as MATLAB's `imresize(image, 1/scale)` makes it.

    Shapes: (H, W, C) to (ceil(H/scale), ceil(W/scale), C).
    Returns: uint8 for uint8, else float64.
    Raises: UsageError for a scale below 1, ImageError for other arrays.
    """
    if not 1 <= scale < inf:
        raise UsageError(
            f"bicubic was given the scale {scale}; expected 1 or more, such as 4 or 1.5."
        )
    return imresize(image, 1.0 / scale, edge=edge)
