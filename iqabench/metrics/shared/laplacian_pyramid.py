"""The Laplacian pyramid of Burt and Adelson, as in matlabPyrTools: binomial filter, reflected edges.

That toolbox scales its filter by the root of 2, so that level k of its pyramid is 2^k of the plain one.
Here the filter is plain, whose taps are exact in binary (a flat image leaves exactly nothing in a band),
and the bands are scaled at the end.
"""

from typing import Any

import cv2
from numpy.typing import NDArray

Plane = NDArray[Any]
"""(H, W), of float32 or float64."""


def laplacian(plane: Plane, levels: int) -> list[Plane]:
    """Bands from the finest on, and what is left, blurred and small, as the last level."""
    bands = []
    for level in range(levels - 1):
        small = cv2.pyrDown(plane)
        band = plane - _expanded(small, plane.shape)
        band *= 2.0**level
        bands.append(band)
        plane = small
    return [*bands, plane * 2.0 ** (levels - 1)]


def _expanded(small: Plane, shape: tuple[int, ...]) -> Plane:
    """Twice as large: zeros between the pixels, then the filter times 4.

    The toolbox reflects about the last pixel of the large plane. So does OpenCV if its sides are even;
    for odd sides it is given the reflected pixel.
    """
    height, width = shape
    framed = cv2.copyMakeBorder(small, 0, height % 2, 0, width % 2, cv2.BORDER_REFLECT_101)
    return cv2.pyrUp(framed)[:height, :width]
