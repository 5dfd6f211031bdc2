"""Spectral angle mapper."""

from collections.abc import Sequence
from itertools import combinations
from math import degrees

import numpy as np
from numpy.typing import NDArray

from iqabench.images import Pair
from iqabench.metrics.core.metric import metric

_ROWS = 32
"""Worked through at a time: the intermediates stay in the processor's cache."""

Plane = NDArray[np.float32]


@metric(
    title="Spectral angle mapper",
    unit="degrees",
    better="lower",
    identical=0.0,
    low=0.0,
    high=90.0,
    colour=True,
    source="Yuhas et al., Discrimination among semi-arid landscape endmembers using the spectral angle "
    "mapper (SAM) algorithm, JPL Airborne Geoscience Workshop, 1992",
    cost=16,
)
def sam(pair: Pair) -> float:
    """Return the mean angle between the colours of output and target, as vectors of their channels.

    It sees only colour: brightness does not change it, and it is 0 between grey images. A black pixel
    has no direction; as in the toolboxes of pansharpening, pixels that are black in either image are left
    out. If that leaves none, the value is 90, or 0 between two black images.

    Range: 0, the value of identical images, to 90 degrees.
    Source: Yuhas et al., JPL Airborne Geoscience Workshop, 1992.
    """
    total, seen, lit = 0.0, 0, False
    for start in range(0, pair.shape[0], _ROWS):
        rows = slice(start, start + _ROWS)
        output, target = zip(*((x[rows], y[rows]) for x, y in pair.planes), strict=True)
        black = _black(output), _black(target)
        counted = ~(black[0] | black[1])
        total += float(_angles(output, target).sum(where=counted))
        seen += int(np.count_nonzero(counted))
        lit = lit or not all(side.all() for side in black)
    if seen:
        return degrees(total / seen)
    return 90.0 if lit else 0.0


def _black(planes: Sequence[Plane]) -> NDArray[np.bool_]:
    black: NDArray[np.bool_] = np.logical_and.reduce([plane == 0 for plane in planes])
    return black


def _angles(output: Sequence[Plane], target: Sequence[Plane]) -> NDArray[np.float64]:
    """Return angles in radians, from sine and cosine: arccos has no digits left near 0."""
    if len(target) == 1:
        return np.zeros(target[0].shape)
    x = [plane.astype(np.float64) for plane in output]
    y = [plane.astype(np.float64) for plane in target]
    pairs = reversed(list(combinations(range(len(x)), 2)))
    across = sum((x[i] * y[j] - x[j] * y[i]) ** 2 for i, j in pairs)  # Lagrange's identity
    along = sum(a * b for a, b in zip(x, y, strict=True))
    angles: NDArray[np.float64] = np.arctan2(np.sqrt(across), along)
    return angles
