"""JPEG compression: an image encoded and decoded."""

import cv2
import numpy as np

from iqabench.degradations.core.degradation import degradation
from iqabench.errors import ImageError, UsageError
from iqabench.images import Image


@degradation(
    title="JPEG compression",
    strength="quality",
    unit_of_strength="libjpeg quality, 1..100",
    usual=(40, 30, 20, 10),
    source="libjpeg-turbo through OpenCV: baseline, integer DCT, 4:2:0 chroma",
)
def jpeg(image: Image, *, quality: float) -> Image:
    """Encode `image` as JPEG at `quality`, a whole number, and decode it again.

    Grey images stay grey. Colour images pass through YCbCr with chroma at half size both ways (4:2:0), which
    is named in the call, so that no library's default decides.

    Shapes: (H, W, 1) or (H, W, 3), uint8; returned alike.
    Raises: ImageError for other arrays, UsageError for a quality that is not one of 1, 2 ... 100.
    """
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] not in (1, 3):
        raise ImageError(
            f"jpeg was given an array of {image.dtype} of shape {image.shape}; "
            "expected uint8, (H, W, 1) or (H, W, 3)."
        )
    if not 1 <= quality <= 100 or quality != int(quality):
        raise UsageError(
            f"jpeg was given the quality {quality}; expected a whole number from 1 to 100."
        )
    options = [cv2.IMWRITE_JPEG_QUALITY, int(quality)]
    options += [cv2.IMWRITE_JPEG_SAMPLING_FACTOR, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420]
    encoded, data = cv2.imencode(".jpg", np.ascontiguousarray(image[:, :, ::-1]), options)
    if not encoded:
        raise ImageError(f"OpenCV could not encode an image of shape {image.shape} as JPEG.")
    flag = cv2.IMREAD_GRAYSCALE if image.shape[2] == 1 else cv2.IMREAD_COLOR_RGB
    return np.asarray(cv2.imdecode(data, flag)).reshape(image.shape)
