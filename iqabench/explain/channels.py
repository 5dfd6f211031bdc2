"""The channels that evaluation scripts compare, each as weights of R, G and B."""

from typing import Any, Literal, NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.explain.way import Way
from iqabench.images import Image

Rounding = Literal["none", "half up", "down"]
Doubles = NDArray[np.float64]
Plane = NDArray[Any]


class ChannelRow(NamedTuple):
    """One channel as weights of R, G and B."""

    weights: tuple[float, float, float]
    offset: float
    """The value of black."""
    rounding: Rounding


class Channels(NamedTuple):
    """The compared channels, as one row of weights of R, G, B each."""

    weights: Doubles
    """(C, 3)."""
    offsets: tuple[float, ...]
    """The value of black in each channel."""
    rounding: Rounding = "none"
    mean: Literal["of errors", "of dB"] = "of errors"
    """The mean over the channels: one PSNR of all errors, or the mean of the channels' PSNR."""

    @property
    def rows(self) -> list[ChannelRow]:
        """The channels one by one."""
        return [
            ChannelRow((r, g, b), offset, self.rounding)
            for (r, g, b), offset in zip(self.weights.tolist(), self.offsets, strict=True)
        ]

    @property
    def is_linear(self) -> bool:
        """True when the difference of two images has the channels of their difference."""
        return self.rounding == "none"


_STUDIO, _FULL = np.array([65.481, 128.553, 24.966]) / 255, np.array([0.299, 0.587, 0.114])
_BT709, _SKIMAGE = np.array([0.2126, 0.7152, 0.0722]), np.array([0.2125, 0.7154, 0.0721])
_STUDIO_CHROMA = np.array([[-37.797, -74.203, 112.0], [112.0, -93.786, -18.214]]) / 255
_OPENCV_CHROMA = np.array([[0.713, -0.713, 0.0], [0.0, -0.564, 0.564]]) @ np.array(
    [[1.0, 0.0, 0.0], [0.299, 0.587, 0.114], [0.0, 0.0, 1.0]]
)
_FULL_CHROMA = np.array([[-0.168736, -0.331264, 0.5], [0.5, -0.418688, -0.081312]])


def _luma(weights: Doubles, offset: float = 0.0, rounding: Rounding = "none") -> Channels:
    return Channels(weights[None], (offset,), rounding)


_YCBCR = Channels(np.vstack([_STUDIO, _STUDIO_CHROMA]), (16.0, 128.0, 128.0))
_YCBCR_FULL = Channels(np.vstack([_FULL, _FULL_CHROMA]), (0.0, 128.0, 128.0), "half up")
_OPENCV = Channels(np.vstack([_FULL, _OPENCV_CHROMA]), (0.0, 128.0, 128.0), "half up")
_RGB = Channels(np.eye(3), (0.0, 0.0, 0.0))

CHANNELS: dict[str, Channels] = {
    "luma": _luma(_STUDIO, 16.0),
    "luma, rounded": _luma(_STUDIO, 16.0, "half up"),
    "RGB": _RGB,
    "full-range luma": _luma(_FULL),
    "full-range luma, rounded": _luma(_FULL, rounding="half up"),
    "BT.709 luma": _luma(_BT709),
    "scikit-image's grey": _luma(_SKIMAGE),
    "BT.709 luma, rounded": _luma(_BT709, rounding="half up"),
    "BT.709 luma, studio swing": _luma(_BT709 * 219 / 255, 16.0),
    "YCbCr": _YCBCR,
    "YCbCr, rounded": _YCBCR._replace(rounding="half up"),
    "YCbCr, mean of dB": _YCBCR._replace(mean="of dB"),
    "YCbCr, rounded, mean of dB": _YCBCR._replace(rounding="half up", mean="of dB"),
    "full-range YCbCr, rounded": _YCBCR_FULL,
    "full-range YCbCr, rounded, mean of dB": _YCBCR_FULL._replace(mean="of dB"),
    "OpenCV's YCrCb": _OPENCV,
    "OpenCV's YCrCb, mean of dB": _OPENCV._replace(mean="of dB"),
    "RGB, mean of dB": _RGB._replace(mean="of dB"),
    "luma of BGR": _luma(_STUDIO[::-1], 16.0),
    "full-range luma of BGR": _luma(_FULL[::-1]),
    "full-range luma of BGR, rounded": _luma(_FULL[::-1], rounding="half up"),
    "luma, truncated": _luma(_STUDIO, 16.0, "down"),
    "full-range luma, truncated": _luma(_FULL, rounding="down"),
    "mean of R, G, B": _luma(np.full(3, 1 / 3)),
    "green": _luma(np.array([0.0, 1.0, 0.0])),
    "red": _luma(np.array([1.0, 0.0, 0.0])),
    "blue": _luma(np.array([0.0, 0.0, 1.0])),
}

_TAKE = "take (65.481 R + 128.553 G + 24.966 B) / 255 + 16, not rounded"
_THREE = "the papers' tables compare luma only"

WAYS: dict[str, Way] = {
    "luma": Way("BT.601 luma of studio swing (16 to 235), not rounded"),
    "luma, rounded": Way(
        "luma is rounded to 8 bits before it is compared, as MATLAB's rgb2ycbcr gives it for uint8 images; "
        "convert in floating point",
        1,
    ),
    "RGB": Way("all three colours are compared (RGB), not luma; " + _THREE, 1),
    "full-range luma": Way(
        "luma is of full range (0 to 255), always 20 log10(255/219) = 1.3219 dB lower; " + _TAKE, 1
    ),
    "full-range luma, rounded": Way(
        "luma is of full range (0 to 255) and rounded to 8 bits, as OpenCV and Pillow convert; "
        + _TAKE,
        1,
    ),
    "BT.709 luma": Way("luma is BT.709's (0.2126 R + 0.7152 G + 0.0722 B); " + _TAKE, 2),
    "scikit-image's grey": Way(
        "luma is that of scikit-image's rgb2gray (0.2125 R + 0.7154 G + 0.0721 B); " + _TAKE, 2
    ),
    "BT.709 luma, rounded": Way("luma is BT.709's, rounded to 8 bits; " + _TAKE, 3),
    "BT.709 luma, studio swing": Way("luma is BT.709's, of studio swing; " + _TAKE, 3),
    "YCbCr": Way("all three channels of YCbCr are compared, chroma too; " + _THREE, 2),
    "YCbCr, rounded": Way(
        "all three channels of YCbCr are compared, rounded to 8 bits, as MATLAB's rgb2ycbcr gives them; "
        + _THREE,
        2,
    ),
    "YCbCr, mean of dB": Way("the dB are the mean over the channels Y, Cb and Cr; " + _THREE, 2),
    "YCbCr, rounded, mean of dB": Way(
        "the dB are the mean over the channels Y, Cb and Cr, rounded to 8 bits; " + _THREE, 3
    ),
    "full-range YCbCr, rounded": Way(
        "all three channels of YCbCr of full range are compared, as Pillow converts; " + _THREE,
        2,
    ),
    "OpenCV's YCrCb": Way(
        "all three channels of YCrCb are compared, as OpenCV converts, in full range; " + _THREE, 2
    ),
    "OpenCV's YCrCb, mean of dB": Way(
        "the dB are the mean over the channels Y, Cr and Cb of full range, as OpenCV converts; "
        + _THREE,
        3,
    ),
    "full-range YCbCr, rounded, mean of dB": Way(
        "the dB are the mean over the channels Y, Cb and Cr of full range, as Pillow converts; "
        + _THREE,
        3,
    ),
    "RGB, mean of dB": Way("the dB are the mean over the channels R, G and B; " + _THREE, 2),
    "luma of BGR": Way(
        "the weights of red and blue are swapped in the luma of both images, as of an OpenCV array taken "
        "for RGB; convert with the channels in their order",
        2,
    ),
    "full-range luma of BGR": Way(
        "luma is of full range, and the weights of red and blue are swapped in both images; "
        + _TAKE,
        3,
    ),
    "full-range luma of BGR, rounded": Way(
        "luma is of full range, rounded to 8 bits, and the weights of red and blue are swapped in both "
        "images (COLOR_BGR2GRAY on RGB, or the reverse); " + _TAKE,
        3,
    ),
    "luma, truncated": Way("luma is truncated to 8 bits; " + _TAKE, 3),
    "full-range luma, truncated": Way("luma is of full range, truncated to 8 bits; " + _TAKE, 3),
    "mean of R, G, B": Way("the mean of R, G and B stands for luma; " + _TAKE, 3),
    "green": Way("only the green channel is compared; " + _TAKE, 3),
    "red": Way("only the red channel is compared; " + _TAKE, 3),
    "blue": Way("only the blue channel is compared; " + _TAKE, 3),
}


class SharedPlanes:
    """The channels of an output and its target, each computed once.

    Shapes: both images (H, W, 3), in units of 0..255.
    """

    def __init__(self, output: Image, target: Image) -> None:
        self._images = [image.astype(np.float64) for image in (output, target)]
        self._planes: dict[ChannelRow, tuple[Plane, Plane]] = {}

    def planes(self, row: ChannelRow) -> tuple[Plane, Plane]:
        """Return one channel of the output and of the target, (H, W): uint8 when rounded, else float64."""
        if row not in self._planes:
            output, target = (_plane(image, row) for image in self._images)
            self._planes[row] = output, target
        return self._planes[row]


def _plane(image: Doubles, row: ChannelRow) -> Plane:
    """Return one channel of an image."""
    raised = {"none": 0.0, "half up": 0.5 + _HALVES, "down": _HALVES}[row.rounding]
    plane = cv2.transform(image, np.array([[*row.weights, row.offset + raised]]))
    if row.rounding == "none":
        return plane
    return np.asarray(np.clip(plane, 0.0, 255.0).astype(np.uint8))


_HALVES = 1e-9
"""An addend that makes halves of sums that were rounded in their last digit halves again."""
