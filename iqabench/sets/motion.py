"""Clips that are made of one photograph: a window moves over it, and blurry frames are means of sharp ones.

    sharp frame k       the photograph from (k dx, k dy), bicubically, rounded to 8 bits
    target frame j      the sharp frame in the middle of the exposure of key frame j / 2, or between two
    input frame i       the mean of `blur` sharp frames around its middle, of light: levels to the power gamma

The motion is known, the same on every machine, and the only one in the clip.
"""

import cv2
import numpy as np
from numpy.typing import NDArray

from iqabench.errors import SetError
from iqabench.images import Image, Part, quantise
from iqabench.sets.motion_facts import MotionFacts

_MARGIN = 2
"""The pixels of the photograph that bicubic interpolation needs beyond the window."""


def moving_clips(motion: MotionFacts, photograph: Image, name: str) -> dict[str, Part]:
    """Return the input and the target of a photograph, whose names are the roles.

    Raises: SetError when the photograph is too small for the motion.
    """
    places = np.arange(motion.count)[:, None] * np.array(motion.step)
    places += _MARGIN - places.min(axis=0)
    width, height = (
        int(n) for n in np.array(photograph.shape[1::-1]) - np.ceil(places.max(axis=0)) - _MARGIN
    )
    if min(width, height) < 16:
        raise SetError(
            f"{name} is {photograph.shape[1]}x{photograph.shape[0]}; its motion needs a larger one."
        )
    sharp = [_moved(photograph, x, y, (width, height)) for x, y in places]
    middle = motion.blur // 2
    key_places = [i * motion.interval for i in range(motion.keys)]
    targets = range(middle, middle + key_places[-1] + 1, motion.interval // 2)
    blurry = [_mean_of_light(sharp[k : k + motion.blur], motion.gamma) for k in key_places]
    return {"input": np.stack(blurry), "target": np.stack([sharp[k] for k in targets])}


def _moved(photograph: Image, x: float, y: float, size: tuple[int, int]) -> NDArray[np.uint8]:
    """Return the window of a photograph whose upper left corner is at (x, y)."""
    matrix = np.array([[1, 0, x], [0, 1, y]], np.float64)
    source = np.ascontiguousarray(photograph, dtype=np.float64)
    flags = cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    window = cv2.warpAffine(source, matrix, size, flags=flags, borderMode=cv2.BORDER_REFLECT_101)
    return quantise(window.reshape(size[1], size[0], photograph.shape[2]))


def _mean_of_light(frames: list[NDArray[np.uint8]], gamma: float) -> NDArray[np.uint8]:
    light = (np.arange(256) / 255) ** gamma
    mean = np.mean([light[frame] for frame in frames], axis=0)
    return quantise(255 * mean ** (1 / gamma))
