"""Deciding images: those without which the leader would not lead, or by how much less."""

from dataclasses import dataclass

import numpy as np

from iqabench.report.statistics.matrix import Matrix


@dataclass(frozen=True)
class Decider:
    """One image and its contribution to the lead of the first over the second."""

    sample: str
    difference: float
    """Difference between first and second on this image; positive when the first is better."""
    share: float
    """Share of the whole lead; shares can exceed 1 when other images take away."""
    turns: bool
    """True when the second would lead without it."""


def deciders(matrix: Matrix, first: int, second: int) -> list[Decider]:
    """Return every image, the largest contribution first; none for infinite values or without a lead."""
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
