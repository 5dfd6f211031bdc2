"""Total variation."""

import numpy as np

from iqabench.images import OutputView
from iqabench.metrics.core.metric import no_reference


@no_reference(
    title="Total variation (anisotropic, a pixel and channel)",
    unit="8-bit levels",
    better="lower",
    low=0.0,
    high=510.0,
    source="Rudin, Osher, Fatemi, Nonlinear total variation based noise removal algorithms, 1992",
    cost=3.2,
)
def total_variation(seen: OutputView) -> float:
    """Return the mean absolute step to the right neighbour plus that to the one below, over all neighbours.

    Noise raises it, blur lowers it: it tells how busy an image is, and is not a measure of quality.

    Range: 0, the value of flat images, to 510. Units: 8-bit levels.
    Source: Rudin et al. 1992, in its anisotropic form. Other libraries give the sum instead of the mean,
        on images in 0..1: theirs grows with the image.
    """
    image = seen.output
    image = image.astype(np.int16) if image.dtype == np.uint8 else image.astype(np.float64)
    steps = [np.abs(np.diff(image, axis=axis)) for axis in (0, 1)]
    return float(sum(step.mean(dtype=np.float64) for step in steps if step.size))
