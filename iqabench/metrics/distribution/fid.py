"""Frechet inception distance."""

from iqabench.images import OutputView
from iqabench.metrics import networks
from iqabench.metrics.core.set_metric import over_set
from iqabench.metrics.networks.backbones import INCEPTION, inception
from iqabench.metrics.shared.feature_moments import Floats, Moments
from iqabench.metrics.shared.frechet import frechet


@over_set(
    title="Frechet inception distance",
    better="lower",
    identical=0.0,
    low=0.0,
    least_images=50,
    gather=Moments.gathered,
    distance=frechet,
    tolerance=1e-3,
    source="Heusel et al., GANs trained by a two time-scale update rule converge to a local Nash "
    "equilibrium, NIPS 2017; pytorch-fid",
    cost=490,
    files=(INCEPTION,),
    network=True,
    requirement=inception,
)
def fid(seen: OutputView) -> Floats:
    """Return features whose Frechet distance, of all outputs from all targets, is the metric.

    The numbers of pytorch-fid, whose weights are those of the paper. torch-fidelity and torchmetrics resize
    as TensorFlow 1 did, without half-pixel centres; clean-fid smooths before it reduces: all three differ.
    With fewer images than features (2048) it is biased upwards, by what the number of images decides: only
    values of the same set compare. Below 50 images it says nothing and is refused.

    Range: 0, the value of identical sets, upwards.
    Raises: MetricWeightsError when the network's weights cannot be had.
    Source: Heusel et al., NIPS 2017; pytorch-fid 0.3.0.
    """
    return networks.inception_features.inception_features(seen, "fid")
