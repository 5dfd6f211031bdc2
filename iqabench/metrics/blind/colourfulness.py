"""Colourfulness."""

from math import hypot, sqrt

import cv2
import numpy as np

from iqabench.images import Image, OutputView
from iqabench.metrics.core.metric import no_reference
from iqabench.metrics.shared.structural_similarity import Plane, plane_sum


@no_reference(
    title="Colourfulness (Hasler and Suesstrunk, M3)",
    unit="8-bit levels",
    better="higher",
    low=0.0,
    high=297.66,
    colour=True,
    source="Hasler, Suesstrunk, Measuring colourfulness in natural images, SPIE 5007, 2003",
    cost=2.5,
)
def colourfulness(seen: OutputView) -> float:
    """Return the spread of colours plus their distance from grey: M3 = sigma + 0.3 mu.

    In the plane of rg = R - G and yb = (R + G) / 2 - B, sigma is the root of the sum of both variances and
    mu the distance of the mean from the origin. It tells what is in an image, and is no measure of quality
    alone; the authors call 15 slightly, 33 moderately, 59 quite and 109 extremely colourful.

    Range: 0, the value of grey images, to 255 sqrt(1.25 x 1.09). Units: 8-bit levels.
    Source: Hasler and Suesstrunk 2003, their third formula, with N in the denominator of the variance.
    """
    if seen.shape[2] == 1:
        return 0.0
    (rg, of_rg), (yb, of_yb) = map(_moments, _opponents(seen.output))
    return (sqrt(of_rg + of_yb) + 0.3 * hypot(rg, yb)) / 2


def _opponents(image: Image) -> tuple[Plane, Plane]:
    """Twice rg and twice yb: whole numbers where the image has them, exact in single precision."""
    depth = cv2.CV_32F if image.dtype == np.uint8 else cv2.CV_64F
    red, green, blue = cv2.split(image)
    rg = cv2.addWeighted(red, 2, green, -2, 0, dtype=depth)
    both = cv2.addWeighted(red, 1, green, 1, 0, dtype=depth)
    return rg, cv2.addWeighted(both, 1, blue, -2, 0, dtype=depth)


def _moments(plane: Plane) -> tuple[float, float]:
    """Mean and variance. The squares are taken about a whole number near the mean, so that they are exact."""
    mean = plane_sum(plane) / plane.size
    plane -= round(mean)
    rest = mean - round(mean)
    return mean, max(0.0, plane_sum(plane * plane) / plane.size - rest * rest)
