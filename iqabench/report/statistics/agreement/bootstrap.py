"""A bootstrap of images: intervals of statistics.

Rank correlations have percentile intervals. Those of a linear correlation hold it too rarely, 80 to 92 times
in 100 for 10 to 40 images, because resamples of few images are less scattered than other images would be. So
plcc, rmse and ntire2021 have an interval about the figure, on a scale on which it is nearly normal (Fisher's
z for correlations, the logarithm for an error), as far as Student's t of so many images says. Fewer than ten
images, or references where those are drawn, have no interval. `leaderboards/measured/coverage.md` has the
figures.

By default samples are drawn, as the papers do. Images that were made of one reference resemble each other, so
where there are references, drawing whole references with all that was made of them is the more careful answer
to "and with other scenes?"; its intervals are wider.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from importlib import import_module
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

    def count(self, groups: Sequence[object]) -> int:
        """Return the number of images, or of references, that a resample draws."""
        return len(groups) if self.drawn == "samples" else len(set(groups))

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

FEWEST_DRAWN = 10
"""Smallest number of images, or of references where those are drawn, for an interval."""
_NORMAL = 1.959963984540054
_NEARLY = 1 - 1e-12


@dataclass(frozen=True)
class _Scale:
    """A scale on which a statistic is nearly normal."""

    to: Callable[[Doubles], Doubles]
    back: Callable[[Doubles], Doubles]


_FISHER = _Scale(lambda r: np.arctanh(np.clip(r, -_NEARLY, _NEARLY)), np.tanh)
_SCALES = {
    "plcc": _FISHER,
    "rmse": _Scale(lambda error: np.log(np.maximum(error, 1e-300)), np.exp),
    "ntire2021": _Scale(lambda both: _FISHER.to(both / 2), lambda z: 2 * np.tanh(z)),
}


def interval(name: str, value: float, resampled: Sequence[float], drawn: int) -> Interval:
    """Return the 95 % interval of a statistic from its values of resamples of so many images or references.

    It is None for fewer than ten of these, and when less than half of the resamples have a value.
    """
    defined = np.array([v for v in resampled if np.isfinite(v)])
    if drawn < FEWEST_DRAWN or not len(defined) or 2 * len(defined) < len(resampled):
        return None
    scale = _SCALES.get(name)
    if scale is None:
        low, high = np.quantile(defined, (0.025, 0.975))
        return float(low), float(high)
    low, high = np.quantile(scale.to(defined), (0.025, 0.975))
    student = float(import_module("scipy.special").stdtrit(drawn - 2, 0.975))
    reach = (high - low) / 2 * student / _NORMAL
    middle = scale.to(np.array(value))
    return float(scale.back(middle - reach)), float(scale.back(middle + reach))


def attempt(compute: Callable[[Doubles], tuple[float, ...]], weights: Doubles) -> tuple[float, ...]:
    """Return the statistics of a resample; empty when they are undefined there."""
    try:
        return compute(weights)
    except UndefinedError:
        return ()
