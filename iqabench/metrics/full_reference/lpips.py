"""Learned perceptual image patch similarity."""

from iqabench.images import Pair
from iqabench.metrics.networks.backbones import ALEXNET
from iqabench.metrics.networks.lpips import distance, lpips_metric


@lpips_metric("AlexNet", "alex", "0.1", ALEXNET, min_size=31, cost=640, revision=2)
def lpips(pair: Pair) -> float:
    """Return the distance of the two images in the features of AlexNet, weighed as people judged.

    Grey images count as R = G = B.

    Range: 0, the value of identical images, upwards; rarely above 1.
    Raises: MetricError when the network's weights cannot be had.
    Source: Zhang et al., CVPR 2018; version 0.1 of its weights.
    """
    return distance(pair, "lpips", "alex")
