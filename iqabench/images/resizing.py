"""The resizing of images before they are restored, which papers on snow and raindrops do.

Input and target are both resized, so figures are of other images than those of the set.
"""

from math import ceil

import numpy as np
from numpy.typing import NDArray
from PIL import Image as PillowImage

from iqabench.errors import ImageError
from iqabench.images.read import Image

MULTIPLE = 16
"""The number whose multiples sides become."""
LARGEST = 1024
"""The length of the longer side, in pixels, above which an image is first made smaller."""


def resized_size(width: int, height: int) -> tuple[int, int]:
    """Return the width and height of a resized image, in pixels; a size that it returned stays as it is.

    Source: TransWeather, val_data_functions.py; WeatherDiff, datasets/snow100k.py.
    """
    longer = max(width, height)
    if longer > LARGEST:
        width, height = (ceil(side * LARGEST / longer) for side in (width, height))
    return ceil(width / MULTIPLE) * MULTIPLE, ceil(height / MULTIPLE) * MULTIPLE


def resized(image: Image) -> NDArray[np.uint8]:
    """Return the image resized by Pillow's Lanczos filter to sides that are multiples of 16, 1024 at most.

    Shapes: (H, W, C) to (H', W', C), uint8.
    Raises: ImageError when the image is not of 8 bits.
    """
    if image.dtype != np.uint8:
        raise ImageError(
            f"images are resized before use in 8 bits; this one is {image.dtype.name}. Name a protocol "
            "that does not resize, as in psnr@y."
        )
    height, width = image.shape[:2]
    size = resized_size(width, height)
    if size == (width, height):
        return image
    planes = [
        PillowImage.fromarray(np.ascontiguousarray(plane)) for plane in np.moveaxis(image, 2, 0)
    ]
    lanczos = PillowImage.Resampling.LANCZOS
    return np.stack([np.asarray(plane.resize(size, lanczos)) for plane in planes], axis=2)
