"""Frechet distance of AlexNet's features."""

from iqabench.images import OutputView
from iqabench.metrics import networks
from iqabench.metrics.core.set_metric import over_set
from iqabench.metrics.networks.backbones import ALEXNET
from iqabench.metrics.shared.feature_moments import Floats, Moments
from iqabench.metrics.shared.frechet import frechet


@over_set(
    title="Frechet distance of AlexNet's features",
    better="lower",
    identical=0.0,
    low=0.0,
    min_size=31,
    least_images=5,
    gather=Moments.gathered,
    distance=frechet,
    tolerance=1e-3,
    source="Heusel et al., NIPS 2017, for the distance; Krizhevsky et al., NIPS 2012, for the network",
    cost=580,
    files=(ALEXNET.whole,),
    network=True,
    requirement=ALEXNET.path,
)
def frechet_alexnet(seen: OutputView) -> Floats:
    """Return features whose Frechet distance, of all outputs from all targets, is the metric.

    For sets too small for FID. It is not FID, and no number of that name compares with it:

    - Images keep their size. What restoration changes is fine, and a reduction to 299x299 hides it.
    - A sample is a place, one every 16 pixels, not an image: five images of 256x256 give 1,125 samples, and
      so determine the covariance of 256 features.
    - That is not shrunk towards a simpler one. Outputs and targets have as many places in the same scenes,
      so what few samples do to the one they do to the other.

    Neighbouring places share most of what they see, and scenes weigh by their size: only values of the same
    set compare. Leaving out one of five scenes moved it by up to 45 %.

    Range: 0, the value of identical sets, upwards; the variances of the demo set's features add up to 270.
    Raises: MetricWeightsError when the network's weights cannot be had.
    Source: the distance of Heusel et al., NIPS 2017, on the fifth convolution of torchvision's AlexNet.
    """
    return networks.alexnet_features.alexnet_features(seen, "frechet_alexnet")
