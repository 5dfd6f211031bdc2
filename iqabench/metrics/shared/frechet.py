"""The Frechet distance of two normal distributions, squared, as FID has it."""

from math import sqrt

import numpy as np

from iqabench.metrics.shared.feature_moments import Moments

_ROUNDING = 1e-12
"""The difference of traces, relative to them, that may come only from rounding."""


def frechet(one: Moments, other: Moments) -> float:
    """|mu1 - mu2|^2 + Tr C1 + Tr C2 - 2 Tr (C1 C2)^(1/2), C with n - 1 below, as np.cov.

    With C = R'R the last trace is the sum of the singular values of R1 R2', whatever the ranks. So it is
    exact for fewer samples than features, where the square root of a singular product is not: there others
    add 1e-6 to the diagonals, or drop imaginary parts.

    Range: 0, the value of equal moments, upwards.
    """
    first = one.root / sqrt(max(one.count - 1, 1))
    second = other.root / sqrt(max(other.count - 1, 1))
    apart = one.mean - other.mean
    spread = float((first * first).sum() + (second * second).sum())
    shared = float(np.linalg.svd(first @ second.T, compute_uv=False).sum())
    shapes = spread - 2 * shared
    return float((apart * apart).sum()) + (shapes if shapes > _ROUNDING * spread else 0.0)
