"""Which images decide: without which the leader would not lead, or by how much less."""

from dataclasses import dataclass

import numpy as np

from iqabench.report.statistics.matrix import Matrix


@dataclass(frozen=True)
class Decider:
    """One image and what it is worth to the first over the second."""

    sample: str
    difference: float
    """Of the first to the second on this image; positive where the first is better."""
    share: float
    """Of the whole lead that comes from this image; several can exceed 1 where others take away."""
    turns: bool
    """Whether the second would lead without it."""


def deciders(matrix: Matrix, first: int, second: int) -> list[Decider]:
    """Every image, the most telling first; none where a value is infinite or there is no lead."""
    apart = matrix.better[first] - matrix.better[second]
    if not np.isfinite(apart).all() or not apart.sum():
        return []
    total = float(apart.sum())
    order = np.argsort(-np.abs(apart), kind="stable")
    return [
        Decider(
            matrix.samples[at],
            float(apart[at]),
            float(apart[at]) / total,
            (total - float(apart[at])) * total < 0,
        )
        for at in order
    ]
