"""Perceptual image-error assessment through pairwise preference, densely."""

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.networks.pieapp import error
from iqabench.metrics.networks.weights import PIEAPP, pieapp_file


@metric(
    title="Perceptual image-error assessment through pairwise preference (dense)",
    better="lower",
    identical=0.0,
    min_size=64,
    colour=True,
    tolerance=1e-4,
    source="Prashnani et al., PieAPP: Perceptual image-error assessment through pairwise preference, "
    "CVPR 2018",
    cost=800000,
    files=(PIEAPP,),
    network=True,
    requirement=pieapp_file,
)
def pieapp_dense(pair: Pair) -> float:
    """Return the predicted error that people see, of patches of 64x64 that lie 6 pixels apart.

    What the authors' program does by default, and what they recommend for comparisons; twenty times as dear
    as `pieapp`, whose patches lie 27 apart. The channels go in as B, G, R. Grey counts as R = G = B.

    Range: 0 for identical images, mostly upwards; slightly better than the target is possible.
    Raises: MetricError when the network's weights cannot be had.
    Source: Prashnani et al., CVPR 2018; version 0.1 of its weights.
    """
    return error(pair, "pieapp_dense", 6)
