"""Kernel inception distance."""

from iqabench.images import OutputView
from iqabench.metrics import networks
from iqabench.metrics.core.set_metric import over_set
from iqabench.metrics.networks.backbones import INCEPTION, inception
from iqabench.metrics.shared.feature_moments import Floats, Rows
from iqabench.metrics.shared.mmd import mmd


@over_set(
    title="Kernel inception distance",
    better="lower",
    identical=None,
    least_images=50,
    gather=Rows.gathered,
    distance=mmd,
    tolerance=1e-5,
    source="Binkowski et al., Demystifying MMD GANs, ICLR 2018",
    cost=490,
    files=(INCEPTION,),
    network=True,
    requirement=inception,
)
def kid(seen: OutputView) -> Floats:
    """Return features whose unbiased MMD^2, of all outputs and all targets, is the metric.

    The kernel has degree 3.

    Over all images at once, so that it is the same each time: it is what the mean over random subsets, as
    torch-fidelity and clean-fid draw them, comes to. The features are those of `fid`, and so are the
    differences from these libraries in how images are resized.

    It takes outputs and targets for independent, which they are not where each output restores its target:
    values are then lower, the more so the fewer the images, and identical sets have one below 0 that need
    not be the lowest. Only values of the same set compare.

    Range: from somewhat below 0 upwards.
    Raises: MetricWeightsError when the network's weights cannot be had.
    Source: Binkowski et al., ICLR 2018; compute_scores.py of their MMD-GAN ("unbiased").
    """
    return networks.inception_features.inception_features(seen, "kid")
