"""A bootstrap of images: one set of resamples for the means of all models at once.

Every model is resampled with the same images, so that differences between models keep what they share. A
resample is a row of weights, how often each image was drawn, and all means of all resamples are one matrix
product.
"""

from collections.abc import Iterator
from functools import cached_property, lru_cache

import numpy as np
from numpy.typing import NDArray

Doubles = NDArray[np.float64]
Counts = NDArray[np.integer]

RESAMPLES = 2000
_WHOLE = 4_000_000
"""Largest number of weights that are made at once; with more they are made in blocks of resamples."""
_SOME = 1_000_000
_KEPT = 40_000_000
"""Largest number of draws that are kept, a byte each; with more they are drawn anew each time."""


class Resamples:
    """Resamples of so many samples, drawn with replacement from a seed."""

    def __init__(self, samples: int, times: int = RESAMPLES, seed: int = 0) -> None:
        self.samples, self.times, self.seed = samples, times, seed

    def means(self, values: Doubles) -> Doubles:
        """Return means of each resample.

        Shapes: (rows, samples) to (times, rows).
        """
        blocks = (counts.astype(np.float64) / self.samples for counts in self._counts())
        return np.concatenate([weights @ values.T for weights in blocks])

    def _counts(self) -> Iterator[Counts]:
        """Yield blocks of shape (some, samples): how often each sample was drawn; a row sums to their
        number.
        """
        whole = self.samples * self.times
        step = self.times if whole <= _WHOLE else max(1, _SOME // self.samples)
        if whole > _KEPT:
            yield from self._drawn(step)
        else:
            yield from (self._all[at : at + step] for at in range(0, self.times, step))

    @cached_property
    def _all(self) -> Counts:
        """All counts in one byte each: the chance that a sample is drawn 256 times is less than 1e-500."""
        every = np.empty((self.times, self.samples), dtype=np.uint8)
        done = 0
        for counts in self._drawn(max(1, _SOME // self.samples)):
            every[done : done + len(counts)] = counts
            done += len(counts)
        return every

    def _drawn(self, step: int) -> Iterator[Counts]:
        random = np.random.default_rng(self.seed)
        chances = np.full(self.samples, 1 / self.samples)
        for done in range(0, self.times, step):
            yield random.multinomial(self.samples, chances, min(step, self.times - done))


@lru_cache(maxsize=4)
def resamples_of(samples: int) -> Resamples:
    """Return the usual resamples of so many samples; the latest are cached."""
    return Resamples(samples)
