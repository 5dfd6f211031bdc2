"""ERGAS, the relative error of all channels."""

from math import inf, sqrt

import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric


@metric(
    title="ERGAS, relative global error",
    better="lower",
    identical=0.0,
    low=0.0,
    colour=True,
    source="Wald, Quality of high resolution synthesised images: is there a simple criterion?, "
    "Fusion of Earth Data, 2000",
    cost=9,
)
def ergas(pair: Pair) -> float:
    """Return 100 h/l times the root mean square, over channels, of RMSE / mean of the target.

    h/l, the size of a pixel of the sharp image in parts of one of the coarse image that it was made from,
    is 1: a pair has no coarse image. Tables of pansharpening and of hyperspectral super-resolution by a
    scale s have this value divided by s; torchmetrics and sewar presume s = 4 by default.

    Range: 0, the value of identical images, upwards; infinite where the target lacks a channel that the
    output has.
    Source: Wald, Fusion of Earth Data, 2000.
    """
    errors = [_relative_error(x, y) for x, y in pair.planes]
    return 100 * sqrt(sum(error**2 for error in errors) / len(errors))


def _relative_error(output: NDArray[np.float32], target: NDArray[np.float32]) -> float:
    error = sqrt(np.square(np.subtract(output, target, dtype=np.float64)).mean())
    mean = float(target.mean(dtype=np.float64))
    if mean == 0:
        return inf if error else 0.0
    return error / mean
