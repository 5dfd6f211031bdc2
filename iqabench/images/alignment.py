"""The alignment of an output with its target, as the evaluation of RealBlur has it.

The two cameras of that set do not see quite the same, so an output is first scaled to the intensity of its
target and moved onto it by a homography; pixels for which it then has none do not count. The homography is
OpenCV's, whose versions differ: records name the version.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.images.read import Image

WHITE = 255
_STOP = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_COUNT, 100, 0)
"""One hundred iterations: with a tolerance of 0 none is left out."""
_BLUR = 5
"""Pixels a side of the Gaussian filter under which the homography is sought."""

Floats = NDArray[np.float32]
"""(H, W, C), in units of 0..1."""


class AlignedPair(NamedTuple):
    """An output on its target; both are 0 where the output has no pixel."""

    output: NDArray[np.float64]
    """(H, W, C), in units of 0..255; not clipped, not rounded."""
    target: NDArray[np.float64]
    inside: NDArray[np.bool_]
    """The pixels that count, (H, W)."""


def align(output: Image, target: Image) -> AlignedPair:
    """Return the output, scaled to the target's intensity and moved onto it by a homography.

    The factor is <target, output> / <output, output>; the homography maximises the enhanced correlation
    coefficient of the grey images.

    Shapes: output and target (H, W, C) in units of 0..255, C = 1 or 3 alike.
    Raises: ImageError when the output is black, when no homography is found, and when it leaves no pixel.
    Source: Rim et al., Real-world blur dataset for learning and benchmarking deblurring algorithms, ECCV
        2020; Evangelidis and Psarakis, IEEE TPAMI 30(10), 2008.
    """
    wanted, given = (image.astype(np.float32) / np.float32(WHITE) for image in (target, output))
    scaled = _scaled(given, wanted)
    homography = _homography(scaled, wanted)
    inside = (
        _warped(np.ones_like(scaled[..., 0]), homography, cv2.INTER_NEAREST, cv2.BORDER_CONSTANT)
        > 0
    )
    if not inside.any():
        raise ImageError(
            "the output could not be aligned with its target: the homography that was found moves all of it "
            "out of the image. Compare them under a protocol without alignment, such as rgb."
        )
    moved = _warped(scaled, homography, cv2.INTER_CUBIC, cv2.BORDER_REFLECT).reshape(wanted.shape)
    return AlignedPair(_cut(moved, inside), _cut(wanted, inside), inside)


def _cut(image: Floats, inside: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the image in units of 0..255, with 0 outside."""
    return WHITE * np.where(inside[..., None], image, 0).astype(np.float64)


def _scaled(output: Floats, target: Floats) -> Floats:
    """Return the output times the factor that brings it closest to the target."""
    energy = np.sum(output * output)
    if energy == 0:
        raise ImageError(
            "the output is black, so it cannot be aligned with its target; compare them under a protocol "
            "without alignment, such as rgb."
        )
    scaled: Floats = (np.sum(target * output) / energy) * output
    return scaled


def _homography(output: Floats, target: Floats) -> NDArray[np.float32]:
    """Return the matrix that takes places of the target to places of the output, (3, 3)."""
    start, everywhere = np.eye(3, dtype=np.float32), np.ones(target.shape[:2], np.uint8)
    try:
        _, homography = cv2.findTransformECC(
            _grey(target),
            _grey(output),
            start,
            cv2.MOTION_HOMOGRAPHY,
            _STOP,
            inputMask=everywhere,
            gaussFiltSize=_BLUR,
        )
    except cv2.error as error:
        reason = str(error.err).strip().rstrip(".")
        raise ImageError(
            f"the output could not be aligned with its target: the search for a homography ended with "
            f"'{reason}' (OpenCV {cv2.__version__}). Look at both images: one may be of a single colour or "
            "very small, or they may show different scenes. Compare them under a protocol without alignment, "
            "such as rgb."
        ) from error
    return np.asarray(homography, np.float32)


def _grey(image: Floats) -> Floats:
    if image.shape[2] == 1:
        return image[..., 0].copy()
    return np.asarray(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), np.float32)


def _warped(
    image: Floats, homography: NDArray[np.float32], interpolation: int, border: int
) -> Floats:
    height, width = image.shape[:2]
    flags = interpolation | cv2.WARP_INVERSE_MAP
    moved = cv2.warpPerspective(
        image, homography, (width, height), flags=flags, borderMode=border, borderValue=0
    )
    return np.asarray(moved, np.float32)
