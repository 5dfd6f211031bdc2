"""Bicubic downscaling of floats, for papers that convert an image before they make it smaller."""

from math import inf

import numpy as np

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import UsageError
from iqabench.images import Image, quantise
from iqabench.images.imresize import imresize
from iqabench.images.resampling import Edge


@degradation(
    title="Bicubic downscaling of floats, rounded once",
    strength="scale",
    unit_of_strength="times smaller",
    usual=(2, 3, 4),
    source="MATLAB, imresize(im2double(image), 1/scale), stored as 8 bits",
)
def bicubic_float(image: Image, *, scale: float, edge: Edge = "mirror") -> Image:
    """Return `image` at 1/scale of its size, resized as floats and rounded to 8 bits at the end.

    MATLAB's imresize of an image of 8 bits, which is `bicubic` here, rounds after each of its two passes.
    About one value in ten differs by one level: papers that say "MATLAB bicubic" mean one or the other.

    Shapes: (H, W, C) to (ceil(H/scale), ceil(W/scale), C), uint8.
    Raises: UsageError for a scale below 1, ImageError for other arrays.
    """
    if not 1 <= scale < inf:
        raise UsageError(
            f"bicubic_float was given the scale {scale}; expected 1 or more, such as 4 or 1.5."
        )
    return quantise(imresize(np.asarray(image, dtype=np.float64), 1.0 / scale, edge=edge))
