"""Deep image structure and texture similarity."""

from iqabench.images import Pair
from iqabench.metrics import networks
from iqabench.metrics.core.lazy import torch
from iqabench.metrics.core.metric import metric
from iqabench.metrics.networks.backbones import VGG16
from iqabench.metrics.networks.weights import DISTS, dists_files


@metric(
    title="Deep image structure and texture similarity",
    better="lower",
    identical=0.0,
    low=0.0,
    high=1.13,
    colour=True,
    tolerance=1e-5,
    source="Ding et al., Image quality assessment: unifying structure and texture similarity, "
    "IEEE TPAMI 44(5), 2022",
    cost=17000,
    files=(VGG16.whole, DISTS),
    network=True,
    requirement=dists_files,
)
def dists(pair: Pair) -> float:
    """Return the distance of the two images in the means and variances of VGG16's features, as people judged.

    At the images' own size, as the authors' function has it. Above a shorter side of 256 pixels their
    script shrinks both images to that first, by Pillow's antialiased bilinear filter, and piq always does,
    without antialiasing: shrink beforehand to compare with such figures. Grey images count as R = G = B.

    Range: 0, the value of identical images, to 1.124: means weigh 0.876 and are at most 1 apart, variances
    0.124 and at most 2, where features anticorrelate.
    Raises: MetricError when the network's weights cannot be had.
    Source: Ding et al., IEEE TPAMI 44(5), 2022; the weights of the authors' repository.
    """
    apart = networks.dists_network.network(pair.device)
    with torch.inference_mode():
        return float(apart(*networks.image_tensors.tensors(pair, 255.0)))
