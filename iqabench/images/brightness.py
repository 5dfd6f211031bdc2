"""The match of an output's brightness with its target's, which low-light papers call "GT mean".

The output is multiplied by the ratio of the two means of luma, one factor for the whole image. The
programs take different means, and one table can hold figures with and without the match.
"""

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ImageError
from iqabench.images.read import Image
from iqabench.protocol import Brightness

_WEIGHTS = np.array([0.299, 0.587, 0.114])
"""The weights of red, green and blue in BT.601 luma of full range."""


def match_brightness(kind: Brightness, output: Image, target: Image) -> NDArray[np.float64]:
    """Return the output times the ratio of the mean lumas of target and output, as floats within 0..255.

    Shapes: output and target (H, W, C) in units of 0..255; C = 1 is luma already.
    Raises: ImageError when the output or the target is black: there is no ratio.
    Source: Wang et al., Low-light image enhancement with normalizing flow (LLFlow), AAAI 2022.
    """
    if kind == "mean-channels-to-swapped":
        of_output = float(output.mean(dtype=np.float64))
        of_target = _mean_luma("mean-grey-swapped", target)
    else:
        of_output, of_target = _mean_luma(kind, output), _mean_luma(kind, target)
    for name, mean in (("output", of_output), ("target", of_target)):
        if mean <= 0:
            raise ImageError(
                f"the {name} is black (its mean luma is 0), so the output cannot be matched to the "
                "brightness of its target; compare them under a protocol without the match, such as rgb."
            )
    matched: NDArray[np.float64] = np.clip(output * (of_target / of_output), 0, 255)
    return matched


def _mean_luma(kind: Brightness, image: Image) -> float:
    if image.shape[2] == 1:
        return float(image.mean(dtype=np.float64))
    if kind == "mean-grey-rounded":
        return float(np.floor(image @ _WEIGHTS + 0.5).mean())
    weights = _WEIGHTS[::-1] if kind == "mean-grey-swapped" else _WEIGHTS
    return float(image.mean(axis=(0, 1), dtype=np.float64) @ weights)
