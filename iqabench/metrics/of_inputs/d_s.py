"""D_s, the spatial distortion of pan-sharpening."""

import cv2
import numpy as np

from iqabench.errors import MetricError
from iqabench.images import InputsView
from iqabench.metrics.core.metric import against_inputs
from iqabench.metrics.shared.gaussian_uqi import Plane, gaussian_uqi

_WINDOW = 7
"""The side of the mean filter before the panchromatic image is made small."""


@against_inputs(
    title="D_s, spatial distortion",
    better="lower",
    low=0.0,
    high=1.0,
    colour=True,
    parts=("input", "pan"),
    source="Alparone et al., Multispectral and panchromatic data fusion assessment without reference, "
    "Photogrammetric Engineering and Remote Sensing 74(2), 2008; windows as in torchmetrics",
    cost=200,
)
def d_s(seen: InputsView) -> float:
    """Return the mean change of the index between a band and the panchromatic image, from small to large.

    The small panchromatic image is a 7x7 mean followed by bilinear reduction, and windows are Gaussian, as in
    torchmetrics; toolboxes take other filters and blocks of 32x32, and have other values.

    Range: 0, details of the output that are those of the panchromatic image, to 1.
    Source: Alparone et al., PE&RS 74(2), 2008.
    Raises: MetricError when the panchromatic image has another size than the output, or several bands.
    """
    return seen.shared("d_s", _distortion)


def _distortion(seen: InputsView) -> float:
    output, source, pan = seen.output, seen.part("input")[0], seen.part("pan")[0]
    if pan.shape != (*output.shape[:2], 1) or output.shape[2] != source.shape[2]:
        raise MetricError(
            f"d_s compares the output {_size(output)} with the panchromatic image {_size(pan)}, and "
            f"the input {_size(source)} with it, too; expected one panchromatic band of the output's size, "
            "and the same bands in input and output."
        )
    large = np.ascontiguousarray(pan[:, :, 0], dtype=np.float64)
    blurred = cv2.blur(large, (_WINDOW, _WINDOW), borderType=cv2.BORDER_REFLECT)
    size = (source.shape[1], source.shape[0])
    small = np.asarray(cv2.resize(blurred, size, interpolation=cv2.INTER_LINEAR), dtype=np.float64)
    changes = [
        abs(gaussian_uqi(_plane(source, b), small) - gaussian_uqi(_plane(output, b), large))
        for b in range(output.shape[2])
    ]
    return float(np.mean(changes))


def _plane(image: Plane, band: int) -> Plane:
    return np.ascontiguousarray(image[:, :, band], dtype=np.float64)


def _size(image: Plane) -> str:
    return f"({image.shape[1]}x{image.shape[0]}, bands: {image.shape[2]})"
