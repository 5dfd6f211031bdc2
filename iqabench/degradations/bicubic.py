"""Bicubic downscaling as MATLAB's imresize makes it, to the pixel; see `iqabench.images.imresize`."""

from iqabench.degradations.core.degradation import degradation
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
def bicubic(image: Image, *, scale: int, edge: Edge = "mirror") -> Image:
    """`image` at 1/scale of its size, as MATLAB's `imresize(image, 1/scale)` makes it.

    Shapes: (H, W, C) to (ceil(H/scale), ceil(W/scale), C).
    Returns: uint8 for uint8, else float64.
    Raises: UsageError for a scale that is not positive, ImageError for other arrays.
    """
    return imresize(image, 1.0 / scale if scale else 0.0, edge=edge)
