"""D_lambda, the spectral distortion of pan-sharpening."""

from itertools import combinations

import numpy as np

from iqabench.errors import MetricError
from iqabench.images import InputsView
from iqabench.metrics.core.metric import against_inputs
from iqabench.metrics.shared.gaussian_uqi import Plane, gaussian_uqi


@against_inputs(
    title="D_lambda, spectral distortion",
    better="lower",
    low=0.0,
    high=1.0,
    colour=True,
    source="Alparone et al., Multispectral and panchromatic data fusion assessment without reference, "
    "Photogrammetric Engineering and Remote Sensing 74(2), 2008; windows as in torchmetrics",
    cost=600,
)
def d_lambda(seen: InputsView) -> float:
    """Return the mean change of the index between two bands, from the multispectral input to the output.

    The index is in Gaussian windows of 11x11 pixels, as in torchmetrics; toolboxes take blocks of 32x32, and
    have other values.

    Range: 0, bands that are related as those of the input, to 1.
    Source: Alparone et al., PE&RS 74(2), 2008.
    Raises: MetricError when the input has other bands than the output, or only one.
    """
    return seen.shared("d_lambda", _distortion)


def _distortion(seen: InputsView) -> float:
    output, source = seen.output, seen.part("input")[0]
    bands = output.shape[2]
    if bands != source.shape[2] or bands < 2:
        raise MetricError(
            f"d_lambda compares bands with each other: the output has {bands}, the input {source.shape[2]}; "
            "expected the same bands, two or more."
        )
    before, after = _planes(source), _planes(output)
    changes = [
        abs(gaussian_uqi(before[i], before[j]) - gaussian_uqi(after[i], after[j]))
        for i, j in combinations(range(bands), 2)
    ]
    return float(np.mean(changes))


def _planes(image: Plane) -> list[Plane]:
    return [np.ascontiguousarray(image[:, :, b], dtype=np.float64) for b in range(image.shape[2])]
