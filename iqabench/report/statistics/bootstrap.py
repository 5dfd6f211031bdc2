"""What means would be with other images of the same kind: one set of resamples for all models at once.

Every model is resampled with the same images, so that differences between models keep what they share. A
resample is a row of weights, how often each image was drawn, and all means of all resamples are one matrix
product.
"""

from collections.abc import Iterator
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]

RESAMPLES = 2000
_LEVELS = (0.025, 0.975)
_KEPT = 4_000_000
"""Weights that are kept in memory; of more samples they are drawn anew, some at a time."""


class Resamples:
    """Resamples of so many samples, drawn with replacement from a seed."""

    def __init__(self, samples: int, times: int = RESAMPLES, seed: int = 0) -> None:
        self.samples, self.times, self.seed = samples, times, seed

    def means(self, values: Doubles) -> Doubles:
        """Means of each resample.

        Shapes: (rows, samples) to (times, rows).
        """
        return np.concatenate([weights @ values.T for weights in self._weights()])

    def _weights(self) -> Iterator[Doubles]:
        """(some, samples): shares of the samples; every row sums to 1."""
        if self.samples * self.times <= _KEPT:
            yield self._all
        else:
            yield from self._drawn(max(1, _KEPT // self.samples))

    @cached_property
    def _all(self) -> Doubles:
        return next(self._drawn(self.times))

    def _drawn(self, step: int) -> Iterator[Doubles]:
        random = np.random.default_rng(self.seed)
        chances = np.full(self.samples, 1 / self.samples)
        for done in range(0, self.times, step):
            count = min(step, self.times - done)
            yield random.multinomial(self.samples, chances, count) / self.samples


@lru_cache(maxsize=4)
def resamples_of(samples: int) -> Resamples:
    """The usual resamples of so many samples; those that were asked for last are not drawn again."""
    return Resamples(samples)


def mean_intervals(values: Doubles, resamples: Resamples | None = None) -> Doubles:
    """95 % of each row's mean, from the 2.5th to the 97.5th percentile over resamples.

    Shapes: (rows, samples) to (rows, 2). A row with infinite values has no interval: NaN.
    Source: Efron's percentile bootstrap.
    """
    drawn = resamples or resamples_of(values.shape[1])
    finite = np.isfinite(values).all(axis=1)
    found = np.full((len(values), 2), np.nan)
    if finite.any():
        found[finite] = np.quantile(drawn.means(values[finite]), _LEVELS, axis=0).T
    return found
