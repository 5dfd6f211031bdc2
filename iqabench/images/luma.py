"""Exact luma of RGB images.

The weights of BT.601 are thousandths, so the luma of an 8-bit pixel is a whole number of thousandths,
299 R + 587 G + 114 B, at most 255,000: float32 holds that number without rounding, and so the difference
of two of them. The luma itself, 219/255 of it plus 16, float32 does not hold: the error of an image that
differs from its target in one level of one blue pixel would be wrong in its fourth digit. So protocols
compare these counts, and remember what one count is worth.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images.read import Image

_THOUSANDTHS = np.array([[299, 587, 114]], np.float32)
_MATLAB = np.array([[0.298936021293775, 0.587043074451121, 0.114020904255103]])
"""The first row of inv([1 .956 .621; 1 -.272 -.647; 1 -1.106 1.703]), which rgb2gray takes: more digits than
the three of its documentation."""
_STRIP = 64
"""The number of rows converted at a time: the floats of three channels stay in the processor's cache."""

_WEIGHTS_OF_256 = np.array([65.738, 129.057, 25.064]) / 256
"""The weights of red, green and blue in studio-swing luma, as scripts with denominators of 256 have them."""


def luma(
    image: Image, *, full: bool = False, dtype: type[np.floating] = np.float32
) -> NDArray[np.floating]:
    """Return the BT.601 luma of an RGB image, not rounded; a one-channel image counts as R = G = B.

    Shapes: (H, W, 3) or (H, W, 1) to (H, W, 1) of `dtype`.
    Range: 16..235, or 0..255 if `full`.
    Source: ITU-R BT.601; (65.481 R + 128.553 G + 24.966 B) / 255 + 16.
    """
    if image.dtype == np.uint8:
        counts = luma_counts(image).astype(np.float64)
    elif image.shape[2] == 1:
        counts = image.astype(np.float64) * 1000
    else:
        counts = image.astype(np.float64) @ _THOUSANDTHS.T.astype(np.float64)
    if full:
        return (counts / 1000).astype(dtype, copy=False)
    counts *= 219
    counts += 16 * 255_000
    counts /= 255_000  # rounded once, here: exact halves stay exact, and can be rounded up
    return counts.astype(dtype, copy=False)


def luma_counts(image: NDArray[np.uint8]) -> NDArray[np.float32]:
    """Return the full-range luma of an 8-bit image in thousandths: whole numbers, exact.

    Shapes: (H, W, 3) or (H, W, 1) to (H, W, 1).
    Range: 0..255,000.
    """
    if image.shape[2] == 1:
        return image * np.float32(1000)
    height, width, _ = image.shape
    counts = np.empty((height, width), np.float32)
    for top in range(0, height, _STRIP):
        rows = slice(top, top + _STRIP)
        cv2.transform(image[rows].astype(np.float32), _THOUSANDTHS, dst=counts[rows])
    return counts[:, :, None]


def matlab_grey(image: Image) -> Image:
    """Return the luminance that MATLAB's rgb2gray computes, not rounded; one channel is taken as it is.

    Shapes: (H, W, 3) or (H, W, 1) to (H, W, 1), float64 or as it was.
    Range: 0..255.
    """
    if image.shape[2] == 1:
        return image
    return cv2.transform(image.astype(np.float64), _MATLAB).reshape(*image.shape[:2], 1)


def luma_cut(image: Image) -> NDArray[np.uint8]:
    """Return studio-swing luma in weights of 1/256, cut off to whole numbers; one channel is luma already.

    Some scripts write BT.601 with these weights and an offset of 15.9375, and convert to bytes without
    rounding.

    Shapes: (H, W, 3) or (H, W, 1) to (H, W, 1).
    """
    plane = image.astype(np.float64)
    if image.shape[2] == 3:
        plane = plane @ _WEIGHTS_OF_256[:, None] + 16 * 255 / 256
    return np.clip(plane, 0, 255).astype(np.uint8)


def luma_unit(*, full: bool = False) -> tuple[float, float]:
    """Return unit and offset of the luma: luma = unit * count + offset."""
    return (0.001, 0.0) if full else (219 / 255_000, 16.0)
