"""The brightness of outputs against their targets: a gain, an offset, half a level lost by truncation.

Means over 16x16 pixels are kept by every method of restoration, to about 1 %; a line through those of output
and target has slope 1 and offset 0, unless all outputs went through the same change.
"""

from typing import NamedTuple

import cv2
import numpy as np

from iqabench.images import Image

_CELL = 16
_LOW, _HIGH = 8.0, 247.0
"""The means between which nothing was clipped."""


class BrightnessLine(NamedTuple):
    """The line output = slope * target + offset through the local means of a pair."""

    slope: float
    offset: float
    bias: float
    """The mean of output minus target, in grey levels."""


def line(output: Image, target: Image) -> BrightnessLine | None:
    """Return the line of a pair; None for images with too few means.

    Shapes: both (H, W, 3), alike.
    """
    o, t = (_cells(image) for image in (output, target))
    kept = (t > _LOW) & (t < _HIGH) & (o > _LOW / 2) & (o < 255 - _LOW / 2)
    o, t = o[kept], t[kept]
    if len(t) < 12 or t.std() < 8:
        return None
    slope = float(((t - t.mean()) * (o - o.mean())).sum() / ((t - t.mean()) ** 2).sum())
    return BrightnessLine(slope, float(o.mean() - slope * t.mean()), float((o - t).mean()))


def _cells(image: Image) -> np.ndarray:
    height, width = (side // _CELL for side in image.shape[:2])
    if not height or not width:
        return np.empty(0)
    pixels = np.ascontiguousarray(image[: height * _CELL, : width * _CELL], dtype=np.float32)
    return (
        cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA).astype(np.float64).ravel()
    )
