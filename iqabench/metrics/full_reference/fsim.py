"""Feature similarity."""

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.feature import features
from iqabench.metrics.shared.likeness import pooled
from iqabench.metrics.shared.phase import SHORTEST


@metric(
    title="Feature similarity",
    better="higher",
    identical=1.0,
    low=0.0,
    high=1.0,
    min_size=SHORTEST,
    source="Zhang et al., FSIM: a feature similarity index for image quality assessment, "
    "IEEE TIP 20(8), 2011",
    cost=73,
)
def fsim(pair: Pair) -> float:
    """Similar phase congruency and gradients of luminance, weighted by the greater phase congruency.

    T1 = 0.85, T2 = 160, on an image shrunk to about 256 pixels. Equals the authors' FeatureSIM.m. Where
    that divides zero by zero, flat points have no phase congruency, and pairs without any a plain mean.

    PIQ agrees where nothing is shrunk, or even sizes by two. Otherwise its blocks lie elsewhere and drop
    the last rows; it also takes the lower of two middle values as the median, adds 1e-7 instead of 1e-4
    to amplitudes, and rounds a factor of 2.5 to 2.

    Range: 0 to 1, which is the value of identical images.
    Source: Zhang, Zhang, Mou and Zhang, IEEE TIP 20(8), 2011.
    """
    return pooled(*features(pair))
