"""Four levels of the steerable pyramid, of whose six orientations the upright and the level one.

Simoncelli and Freeman's pyramid with the filters of order 5 that Karasaridis and Simoncelli designed
("A filter design technique for steerable pyramid image transforms", ICASSP 1996) and that matlabPyrTools
names sp5Filters. Their taps, found by optimisation and known to eight decimals, are constants here; what
follows from symmetry is left out. Edges are reflected about the edge pixel.
"""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

LEVELS = 4
SHORTEST = 72
"""Pixels a side, of which the coarsest level has as many as its low-pass filter: nine."""

Plane = NDArray[np.float64]


def _mirrored(quadrant: list[list[float]]) -> Plane:
    """A filter that is even both ways, of its upper left part with the middle row and column."""
    upper = np.array(quadrant)
    left = np.concatenate([upper, upper[-2::-1]])
    return np.concatenate([left, left[:, -2::-1]], axis=1)


_FIRST_LOW = _mirrored(
    [
        [0.00341614, -0.01551246, -0.03848215],
        [-0.01551246, 0.05586982, 0.15925570],
        [-0.03848215, 0.15925570, 0.40304148],
    ]
)
_LOW = 2 * _mirrored(
    [
        [0.00085404, -0.00244917, -0.00387812, -0.00944432, -0.00962054],
        [-0.00244917, -0.00523281, -0.00661117, 0.00410600, 0.01002988],
        [-0.00387812, -0.00661117, 0.01396746, 0.03277038, 0.03981393],
        [-0.00944432, 0.00410600, 0.03277038, 0.06426333, 0.08169618],
        [-0.00962054, 0.01002988, 0.03981393, 0.08169618, 0.10096540],
    ]
)
_BAND = _mirrored(
    [
        [0.00277643, 0.00496194, 0.01026699, 0.01455399],
        [-0.00986904, -0.00893064, 0.01189859, 0.02755155],
        [-0.01021852, -0.03075356, -0.08226445, -0.11732297],
        [0.0, 0.0, 0.0, 0.0],
    ]
)
_BAND[4:] *= -1
"""Odd from top to bottom: it answers to level edges, its transpose to upright ones."""


class SteerableLevel(NamedTuple):
    """Two bands of one size, (h, w)."""

    upright: Plane
    level: Plane


def bands(plane: Plane) -> list[SteerableLevel]:
    """Return the levels of a plane of `SHORTEST` pixels a side or more, from fine to coarse."""
    low = _filtered(plane - plane.flat[0], _FIRST_LOW)
    levels = []
    for number in range(LEVELS):
        if number:
            low = _halved(low)
        levels.append(SteerableLevel(_filtered(low, _BAND.T), _filtered(low, _BAND)))
    return levels


def _halved(plane: Plane) -> Plane:
    """The low-pass filter's answer at every other pixel; the rest is not computed.

    The filter's even and odd taps meet the pixels of even and of odd number, each a quarter of all.
    """
    height, width = plane.shape
    rim = len(_LOW) // 2
    wide = cv2.copyMakeBorder(plane, rim, rim + 1, rim, rim + 1, cv2.BORDER_REFLECT_101)
    answer = np.zeros(((height + 1) // 2, (width + 1) // 2))
    for y in range(2):
        for x in range(2):
            taps = _LOW[y::2, x::2]
            pixels = wide[y::2, x::2].copy()
            part = cv2.filter2D(pixels, -1, taps, anchor=(0, 0), borderType=cv2.BORDER_CONSTANT)
            answer += part[: answer.shape[0], : answer.shape[1]]
    return answer


def _filtered(plane: Plane, taps: Plane) -> Plane:
    """The correlation of both."""
    answer = cv2.filter2D(plane, -1, taps, borderType=cv2.BORDER_REFLECT_101)
    return np.asarray(answer, np.float64)
