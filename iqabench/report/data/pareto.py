"""The Pareto front: points that no other point equals or beats in every column and beats in one."""

from collections.abc import Sequence
from math import isnan

import numpy as np


def front(points: Sequence[Sequence[float | None]], signs: Sequence[int]) -> list[bool]:
    """Return which points are on the front over all columns; `signs`: 1 where more is better, -1 where less
    is.

    Points that are equal in every column are on it together. A point that lacks a value (None or NaN) is not
    on it, and keeps no other off it.

    Source: Pareto dominance.
    """
    whole = [all(v is not None and not isnan(v) for v in point) for point in points]
    values = np.array(
        [point for point, all_there in zip(points, whole, strict=True) if all_there],
        dtype=np.float64,
    ).reshape(-1, len(signs))
    better = values * np.array(signs, dtype=np.float64)
    on = iter([not _is_beaten(point, better) for point in better])
    return [all_there and next(on) for all_there in whole]


def _is_beaten(point: np.ndarray, others: np.ndarray) -> bool:
    """Return whether any other is as good everywhere and better somewhere."""
    return bool(((others >= point).all(axis=1) & (others > point).any(axis=1)).any())
