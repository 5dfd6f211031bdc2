"""Grey files of outputs whose targets are coloured: the luma that they hold."""

import numpy as np

from iqabench.explain.channels import CHANNELS, SharedPlanes
from iqabench.explain.pair_errors import is_grey
from iqabench.images import Image

KINDS = {
    "luma": "luma of studio swing (16 to 235), as MATLAB's rgb2ycbcr gives it",
    "full-range luma": "luma of full range (0 to 255), as OpenCV and Pillow give it",
    "BT.709 luma": "luma of BT.709",
    "mean of R, G, B": "the mean of R, G and B",
    "green": "the green channel",
}
"""The channels that a grey file may hold, in words."""


def kinds(output: Image, target: Image) -> dict[str, float]:
    """Return the squared error of a grey output against each channel of its coloured target.

    The result is empty for other pairs.

    Shapes: both (H, W, 3), alike.
    """
    if not is_grey(output) or is_grey(target):
        return {}
    grey = output[:, :, 0].astype(np.float64)
    shared = SharedPlanes(output, target)
    return {
        name: float(((grey - shared.planes(CHANNELS[name].rows[0])[1]) ** 2).mean())
        for name in KINDS
    }


def as_grey(target: Image, name: str) -> Image:
    """Return that channel of a target as a grey image, three times.

    Shapes: (H, W, 3), returned alike in float64.
    """
    plane = SharedPlanes(target, target).planes(CHANNELS[name].rows[0])[1]
    return np.repeat(plane[:, :, None], 3, axis=2)
