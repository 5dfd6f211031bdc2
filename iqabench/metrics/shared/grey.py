"""The grey of images, for metrics that were defined on luminance."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.images import Image, OutputView, Pair, quantise

LUMINANCE_WEIGHTS = np.array([[0.299, 0.587, 0.114]])
"""BT.601, as MATLAB's rgb2gray, rgb2ntsc and the Y of YIQ have it to three digits."""

_MATLAB = np.array([[0.298936021293775, 0.587043074451121, 0.114020904255103]])
"""The first row of inv([1 .956 .621; 1 -.272 -.647; 1 -1.106 1.703]), which rgb2gray takes."""


class Grey(NamedTuple):
    """Two planes (H, W) of float32 in 0..255."""

    output: NDArray[np.float32]
    target: NDArray[np.float32]


def grey(pair: Pair) -> Grey:
    """Luminance 0.299 R + 0.587 G + 0.114 B, not rounded; one channel is taken as it is. Made once a pair."""
    return pair.shared("grey", lambda p: Grey(_plane(p.output), _plane(p.target)))


def rounded_grey(seen: OutputView) -> NDArray[np.uint8]:
    """The output's luminance rounded to 8 bits, as MATLAB's rgb2gray gives it; (H, W). Made once.

    MATLAB's weights have more digits than the three of its documentation.
    """
    return seen.shared("rounded grey", lambda s: _rounded(s.output))


def _rounded(image: Image) -> NDArray[np.uint8]:
    if image.shape[2] == 1:
        return quantise(image)[:, :, 0]
    plane = cv2.transform(image.astype(np.float64), _MATLAB)
    return quantise(plane.reshape(image.shape[:2]))


def _plane(image: Image) -> NDArray[np.float32]:
    if image.shape[2] == 1:
        return np.ascontiguousarray(image[:, :, 0], np.float32)
    plane = cv2.transform(image.astype(np.float64), LUMINANCE_WEIGHTS)
    return plane.reshape(image.shape[:2]).astype(np.float32)
