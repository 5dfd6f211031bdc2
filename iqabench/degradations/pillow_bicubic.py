"""Bicubic downscaling as Pillow does it, for papers that made their inputs in Python."""

from math import inf

import numpy as np
from PIL import Image as PillowImage

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image


@degradation(
    title="Bicubic downscaling of Pillow",
    strength="scale",
    unit_of_strength="times smaller",
    usual=(2, 3, 4),
    source="Pillow, Image.resize with Resampling.BICUBIC",
)
def pillow_bicubic(image: Image, *, scale: float) -> Image:
    """Return `image` at 1/scale of its size, as Pillow's resize makes it.

    It differs from MATLAB's imresize in the rounding between its two passes and at the borders.

    Shapes: (H, W, C) to (H // scale, W // scale, C), uint8.
    Raises: UsageError for a scale below 1, or an image that is not of 8 bits or smaller than the scale.
    """
    if not 1 <= scale < inf:
        raise UsageError(
            f"pillow_bicubic was given the scale {scale}; expected 1 or more, such as 4."
        )
    width, height = int(image.shape[1] / scale), int(image.shape[0] / scale)
    if image.dtype != np.uint8 or not width or not height:
        raise UsageError(
            f"pillow_bicubic makes 8-bit images of at least {scale:g} pixels a side smaller; this one is "
            f"{image.shape[1]}x{image.shape[0]}, {image.dtype.name}."
        )
    planes = [
        PillowImage.fromarray(np.ascontiguousarray(plane)) for plane in image.transpose(2, 0, 1)
    ]
    size = (width, height)
    resized = [np.asarray(plane.resize(size, PillowImage.Resampling.BICUBIC)) for plane in planes]
    return np.stack(resized, axis=2)
