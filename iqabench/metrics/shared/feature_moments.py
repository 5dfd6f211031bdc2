"""Mean and covariance of features, or the features themselves, gathered image by image."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import sqrt
from typing import Self

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

_TOGETHER = 2
"""The rows that are taken in at once, in multiples of D: fewer are slower, more need more memory."""


@dataclass(frozen=True, eq=False)
class Moments:
    """Count, mean and scatter of rows of D features, in no more than D x D numbers.

    The scatter is kept as a root of few rows, not as the matrix itself: what is small beside the largest
    variance keeps its digits, and while there are fewer rows than features nothing is lost or filled up.
    """

    images: int
    count: int
    """Rows that were seen."""
    mean: Floats
    root: Floats
    """(k, D), k <= D: root' root = sum of (x - mean)(x - mean)'."""

    @classmethod
    def gathered(cls, features: Iterable[Floats]) -> "Moments":
        """Return the moments of the features (N, D) of each image, in one pass.

        Another order changes only the last digits.
        """
        whole: Moments | None = None
        for several in _batches(features):
            part = cls._of(several)
            whole = part if whole is None else whole + part
        return whole or cls(0, 0, np.zeros(0), np.zeros((0, 0)))

    @classmethod
    def _of(cls, several: list[Floats]) -> Self:
        rows = np.concatenate(several)
        mean = rows.mean(0)
        root = _shortened(rows - mean) if len(rows) > 1 else rows[:0]
        return cls(len(several), len(rows), mean, root)

    def __add__(self, other: "Moments") -> "Moments":
        """The moments of both sets of rows as one, equal to those of a single pass."""
        if not (self.count and other.count):
            return self if self.count else other
        count = self.count + other.count
        apart = other.mean - self.mean
        between = sqrt(self.count * other.count / count) * apart
        return Moments(
            self.images + other.images,
            count,
            self.mean + apart * (other.count / count),
            _shortened(np.vstack((self.root, other.root, between))),
        )


@dataclass(frozen=True, eq=False)
class Rows:
    """All features, for distances that compare each image with each."""

    images: int
    features: Floats
    """(N, D)."""

    @classmethod
    def gathered(cls, features: Iterable[Floats]) -> "Rows":
        """Return the features (N, D) of each image, in this order."""
        several = list(features)
        return cls(len(several), np.concatenate(several) if several else np.zeros((0, 0)))

    def __add__(self, other: "Rows") -> "Rows":
        """Return the rows of the one, then those of the other."""
        if not (self.images and other.images):
            return self if self.images else other
        both = np.concatenate((self.features, other.features))
        return Rows(self.images + other.images, both)


def _batches(features: Iterable[Floats]) -> Iterator[list[Floats]]:
    several: list[Floats] = []
    rows = 0
    for result in features:
        several.append(result)
        rows += len(result)
        if rows >= _TOGETHER * result.shape[1]:
            yield several
            several, rows = [], 0
    if several:
        yield several


def _shortened(root: Floats) -> Floats:
    """Return at most D rows with the same root' root."""
    if root.shape[0] <= root.shape[1]:
        return root
    return np.asarray(np.linalg.qr(root, mode="r"), np.float64)
