"""Normalised Laplacian pyramid distance."""

import numpy as np

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.grey import grey
from iqabench.metrics.shared.normalised_pyramid import LEAST, normalised_pyramid


@metric(
    title="Normalised Laplacian pyramid distance",
    better="lower",
    identical=0.0,
    low=0.0,
    min_size=LEAST,
    source="Laparra et al., Perceptual image quality assessment using a normalized Laplacian pyramid, "
    "Human Vision and Electronic Imaging, 2016",
    cost=28,
)
def nlpd(pair: Pair) -> float:
    """Return the mean, over six levels of the normalised pyramid, of root mean square differences.

    On luminance in 0..1, taken as it is: the authors' later variant for displays (JOSA A 34(9), 2017)
    has a gamma before and other weights.

    Range: 0, the value of identical images, upwards; rarely above 1.
    Source: Laparra et al., Human Vision and Electronic Imaging, 2016.
    """
    output, target = (normalised_pyramid(plane / np.float64(255)) for plane in grey(pair))
    errors = [x - y for x, y in zip(output, target, strict=True)]
    return float(np.mean([np.sqrt(np.square(error).mean()) for error in errors]))
