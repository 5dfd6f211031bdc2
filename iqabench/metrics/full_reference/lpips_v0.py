"""Learned perceptual image patch similarity."""

from iqabench.images import Pair
from iqabench.metrics.networks.backbones import ALEXNET
from iqabench.metrics.networks.lpips import distance, lpips_metric


@lpips_metric("AlexNet", "alex", "0.0", ALEXNET, min_size=31, cost=640)
def lpips_v0(pair: Pair) -> float:
    """Return the distance of the two images in the features of AlexNet, weighed as people judged.

    Version 0.0 is of the paper's first preprint: its heads were trained on images in -1..1 that were not
    brought to the scale the backbone was trained on, and so they are given here too. Kept for comparison with
    old tables; 0.1 is what others mean by LPIPS. Grey images count as R = G = B.

    Range: 0, the value of identical images, upwards; rarely above 1.
    Raises: MetricError when the network's weights cannot be had.
    Source: Zhang et al., CVPR 2018; version 0.0 of its weights.
    """
    return distance(pair, "lpips_v0", "alex", "0.0")
