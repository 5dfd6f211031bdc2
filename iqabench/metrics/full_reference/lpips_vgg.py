"""Learned perceptual image patch similarity."""

from iqabench.images import Pair
from iqabench.metrics.networks.backbones import VGG16
from iqabench.metrics.networks.lpips import distance, lpips_metric


@lpips_metric("VGG16", "vgg", "0.1", VGG16, min_size=16, cost=17000)
def lpips_vgg(pair: Pair) -> float:
    """Return the distance of the two images in the features of VGG16, weighed as people judged.

    Grey images count as R = G = B.

    Range: 0, the value of identical images, upwards; rarely above 1.
    Raises: MetricError when the network's weights cannot be had.
    Source: Zhang et al., CVPR 2018; version 0.1 of its weights.
    """
    return distance(pair, "lpips_vgg", "vgg")
