"""The grey of images, for metrics that were defined on luminance."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image, OutputView, Pair, quantise
from iqabench.images.luma import matlab_grey

LUMINANCE_WEIGHTS = np.array([[0.299, 0.587, 0.114]])
"""BT.601, as MATLAB's rgb2gray, rgb2ntsc and the Y of YIQ have it to three digits."""


class Grey(NamedTuple):
    """Two planes (H, W) of float32 in 0..255."""

    output: NDArray[np.float32]
    target: NDArray[np.float32]


def grey(pair: Pair) -> Grey:
    """Luminance 0.299 R + 0.587 G + 0.114 B, not rounded; one channel is taken as it is. Made once a pair."""
    return pair.shared("grey", lambda p: Grey(_plane(p.output), _plane(p.target)))


def rounded_grey(seen: OutputView) -> NDArray[np.uint8]:
    """The output's luminance rounded to 8 bits, as MATLAB's rgb2gray gives it; (H, W). Made once."""
    return seen.shared("rounded grey", lambda s: quantise(matlab_grey(s.output))[:, :, 0])


def _plane(image: Image) -> NDArray[np.float32]:
    if image.shape[2] == 1:
        return np.ascontiguousarray(image[:, :, 0], np.float32)
    plane = cv2.transform(image.astype(np.float64), LUMINANCE_WEIGHTS)
    return plane.reshape(image.shape[:2]).astype(np.float32)
