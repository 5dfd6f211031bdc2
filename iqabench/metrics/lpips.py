"""Learned perceptual image patch similarity."""

from iqabench.images import Pair
from iqabench.metrics._backbones import ALEXNET
from iqabench.metrics._lpips import distance
from iqabench.metrics._metric import metric


@metric(
    title="Learned perceptual image patch similarity (AlexNet, v0.1)",
    better="lower",
    identical=0.0,
    low=0.0,
    min_size=31,
    colour=True,
    tolerance=1e-5,
    source="Zhang et al., The unreasonable effectiveness of deep features as a perceptual metric, "
    "CVPR 2018",
    version=2,
    cost=640,
    files=(ALEXNET.whole,),
)
def lpips(pair: Pair) -> float:
    """The distance of the two images in the features of AlexNet, weighed as people judged.

    Grey images count as R = G = B.

    Range: 0, the value of identical images, upwards; rarely above 1.
    Raises: MetricError when the network's weights cannot be had.
    Source: Zhang et al., CVPR 2018; version 0.1 of its weights.
    """
    return distance(pair, "lpips", "alex")
