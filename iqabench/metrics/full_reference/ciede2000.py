"""The colour difference CIEDE2000."""

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.cielab import difference, lab

_ROWS = 32
"""Worked through at a time: the intermediates stay in the processor's cache."""


@metric(
    title="Mean colour difference CIEDE2000",
    better="lower",
    identical=0.0,
    low=0.0,
    colour=True,
    source="Sharma et al., The CIEDE2000 color-difference formula, Color Research and Application "
    "30(1), 2005",
    cost=86,
)
def ciede2000(pair: Pair) -> float:
    """Return the mean difference of colours over all pixels, taken as sRGB under D65.

    The parametric factors kL, kC and kH are 1; matrix and white are those of scikit-image, which rounds
    the constants of CIELAB near black. One channel counts as R = G = B.

    Range: 0, the value of identical images, upwards; black and white are 100 apart.
    Source: Sharma et al., Color Research and Application 30(1), 2005.
    """
    height, width, _ = pair.shape
    total = 0.0
    for start in range(0, height, _ROWS):
        rows = slice(start, start + _ROWS)
        total += float(difference(lab(pair.output[rows]), lab(pair.target[rows])).sum())
    return total / (height * width)
