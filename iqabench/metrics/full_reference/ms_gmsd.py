"""Gradient magnitude similarity deviation on several scales."""

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.deviation_pooling import SCALES, multi_scale


@metric(
    title="Multi-scale gradient magnitude similarity deviation",
    better="lower",
    identical=0.0,
    low=0.0,
    high=0.5,
    min_size=2**SCALES + 1,
    source="Zhang et al., Gradient magnitude similarity deviation on multiple scales for color image "
    "quality assessment, ICASSP 2017",
    cost=12,
)
def ms_gmsd(pair: Pair) -> float:
    """The deviation of gradient similarity on luminance at full size, 1/2, 1/4 and 1/8.

    Weights 0.096, 0.596, 0.289, 0.019 on the squares; c = 170; masking 1/2. Standard deviations are those
    of all n values, as the paper and piq have it (GMSD's program has n - 1).

    Range: 0, the value of identical images, to 1/2.
    Source: Zhang et al., ICASSP 2017.
    """
    return multi_scale(pair)
