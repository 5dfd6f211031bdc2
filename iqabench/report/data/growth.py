"""Growth of a cost with the size of the input: a power law of the number of pixels, fitted to a sweep."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

LEAST = 3
"""Smallest number of sizes for a fit."""


@dataclass(frozen=True)
class Growth:
    """The power law cost = factor * megapixels ** exponent."""

    factor: float
    exponent: float
    r2: float
    """Coefficient of determination of the straight line through the logarithms."""
    sizes: int


def growth(megapixels: Sequence[float], costs: Sequence[float]) -> Growth | None:
    """Return the power law through a sweep, by least squares of logarithms; None for fewer than three sizes.

    Source: straight line through log cost over log size, as usual for empirical complexity.
    """
    kept = [(m, c) for m, c in zip(megapixels, costs, strict=True) if m > 0 and c > 0]
    if len({m for m, _ in kept}) < LEAST:
        return None
    x, y = (np.log(np.array(part, dtype=np.float64)) for part in zip(*kept, strict=True))
    slope, intercept = np.polyfit(x, y, 1)
    rest = y - (slope * x + intercept)
    total = float(((y - y.mean()) ** 2).sum())
    r2 = 1.0 - float((rest**2).sum()) / total if total > 0 else 1.0
    return Growth(float(np.exp(intercept)), float(slope), r2, len(kept))


def megapixels_of(size: str) -> float | None:
    """Return the megapixels of a size as columns have it, with its batch: 3x256x256, 8x3x64x64, to128x72."""
    match = re.fullmatch(r"(?:(\d+)x)?(?:to(\d+)x(\d+)|\d+x(\d+)x(\d+))", size)
    if not match:
        return None
    batch, width, height, rows, columns = match.groups()
    across, down = (width, height) if width else (columns, rows)
    return int(batch or 1) * int(across) * int(down) / 1e6
