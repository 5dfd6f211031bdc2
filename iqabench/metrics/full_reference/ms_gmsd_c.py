"""Gradient magnitude similarity deviation on several scales, with colour."""

from math import exp, sqrt

import cv2
import numpy as np

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.deviation_pooling import SCALES, multi_scale
from iqabench.metrics.shared.half_sizes import colour_halves
from iqabench.metrics.shared.structural_similarity import plane_sum

_CHROMA = np.array([[0.5959, -0.2746, -0.3213], [0.2115, -0.5227, 0.3112]])
"""I and Q of YIQ."""
_B1, _B2, _B3 = 0.01, 0.32, 15.0


@metric(
    title="Multi-scale gradient magnitude similarity deviation with colour",
    better="lower",
    identical=0.0,
    low=0.0,
    high=1.6,
    min_size=2**SCALES + 1,
    colour=True,
    source="Zhang et al., Gradient magnitude similarity deviation on multiple scales for color image "
    "quality assessment, ICASSP 2017",
    cost=17,
)
def ms_gmsd_c(pair: Pair) -> float:
    """MS-GMSD, to which the distance of the chroma I and Q is added where structure differs little.

    The chroma is compared at the coarsest scale, an eighth of the size, as piq reads the paper. Grey
    images count as R = G = B: they have no chroma to compare, but the weight of structure remains.

    Range: 0, the value of identical images, upwards; seldom above 1/2, and never above 1.6.
    Source: Zhang et al., ICASSP 2017.
    """
    structure = multi_scale(pair)
    weight = 2 / (1 + _B2 * exp(-_B3 * structure)) - 1
    return weight * structure + (1 - weight) * _B1 * _chroma(pair)


def _chroma(pair: Pair) -> float:
    """Root mean square of the distance in the plane of I and Q."""
    if pair.shape[2] == 1:
        return 0.0
    output, target = colour_halves(pair, SCALES - 1)
    difference = cv2.split(cv2.transform(output - target, _CHROMA))
    return sqrt(sum(plane_sum(plane * plane) for plane in difference) / difference[0].size)
