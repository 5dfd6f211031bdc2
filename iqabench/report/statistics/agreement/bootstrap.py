"""A bootstrap of images: percentile intervals of statistics.

By default samples are drawn, as the papers do. Images that were made of one reference resemble each other, so
where there are references, drawing whole references with all that was made of them is the more careful answer
to "and with other scenes?"; its intervals are wider.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from iqabench.report.statistics.agreement.correlation import Doubles, UndefinedError

Drawn = Literal["samples", "references"]


@dataclass(frozen=True)
class Resampling:
    """Settings of a bootstrap: number of resamples, what is drawn, and the seed."""

    times: int = 1000
    """Number of resamples; 0 gives no intervals."""
    drawn: Drawn = "samples"
    seed: int = 0

    def weights(self, groups: Sequence[object]) -> Iterator[Doubles]:
        """Yield for each resample how often each sample is in it; `groups` are the samples' references."""
        random = np.random.default_rng(self.seed)
        if self.drawn == "samples":
            of, count = np.arange(len(groups)), len(groups)
        else:
            places = {group: at for at, group in enumerate(dict.fromkeys(groups))}
            of, count = np.array([places[group] for group in groups]), len(places)
        for _ in range(self.times):
            times = np.bincount(random.integers(0, count, count), minlength=count)
            yield times[of].astype(np.float64)


Interval = tuple[float, float] | None


def interval(values: Sequence[float]) -> Interval:
    """Return the 2.5th and the 97.5th percentile; None when less than half of the resamples have a value."""
    defined = [v for v in values if np.isfinite(v)]
    if not defined or 2 * len(defined) < len(values):
        return None
    low, high = np.quantile(defined, (0.025, 0.975))
    return float(low), float(high)


def attempt(compute: Callable[[Doubles], tuple[float, ...]], weights: Doubles) -> tuple[float, ...]:
    """Return the statistics of a resample; empty when they are undefined there."""
    try:
        return compute(weights)
    except UndefinedError:
        return ()
