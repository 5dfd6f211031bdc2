"""Most apparent distortion."""

from math import exp, log

import numpy as np

from iqabench.errors import MetricError
from iqabench.images import Pair
from iqabench.metrics.core.metric import metric
from iqabench.metrics.shared.block_moments import SHORTEST
from iqabench.metrics.shared.grey import grey
from iqabench.metrics.shared.mad_appearance import apparent
from iqabench.metrics.shared.mad_detection import is_too_dark, visible

_FACTOR = exp(-2.55 / 3.35)
_POWER = 1 / (log(10) * 3.35)
"""The power of visible errors in their share of the exponent."""


@metric(
    title="Most apparent distortion",
    better="lower",
    identical=0.0,
    low=0.0,
    min_size=SHORTEST,
    source="Larson and Chandler, Most apparent distortion: full-reference image quality assessment and "
    "the role of strategy, Journal of Electronic Imaging 19(1), 2010; the authors' MAD_index of 2011",
    cost=800,
)
def mad(pair: Pair) -> float:
    """Return the weighted geometric mean of visible errors and changed appearance.

    Of luminance, not rounded. Equals the authors' MAD_index of September 2011, C functions included:
    blocks of 16 x 16 at every fourth pixel, each of which stands for its first 4 x 4. An edge of 16
    pixels, at the ends 17, does not count.

    Errors that texture masks are not visible; an output that has no others has 0, however its appearance
    has changed: the authors' formula. IQA-PyTorch has other numbers (30 to 200 on five published pairs,
    two of which have 0 here): it weighs scales by the number of the direction, halves the contrast that
    masks, takes no logarithm's maximum with the threshold and counts the edges.

    Raises: MetricError where the target is darker than 48 levels throughout and the output is another: the
        authors' program sees no error there, and gives 0.
    Range: 0, which is the value of identical images, upwards; a few hundred for spoilt images.
    Source: Larson and Chandler, Journal of Electronic Imaging 19(1), 2010.
    """
    output, target = (plane.astype(np.float64) for plane in grey(pair))
    near = visible(output, target)
    if near == 0:
        if is_too_dark(target) and not np.array_equal(output, target):
            raise MetricError(
                f"mad sees no error in a target as dark as this one, at most {target.max():.3g} of 255; its "
                "0 would call different images identical."
            )
        return 0.0
    share = 1 / (1 + _FACTOR * near**_POWER)
    return float(near**share * apparent(output, target) ** (1 - share))
