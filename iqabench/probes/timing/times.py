"""Sampled times of one model and their statistics: percentiles, the median's interval, outliers, ratios."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib import import_module
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from iqabench.errors import ProbeError

CONFIDENCE = 0.95
_RESAMPLES = 2000
_PARTS = 10
"""The number of parts in which resamples are drawn, so that long samplings need little memory."""
_FEW_ROUNDS = 30
"""A bootstrap's interval of fewer rounds is too narrow: it covers 0.87 instead of 0.95 at eight rounds."""
_TAIL = (1 - CONFIDENCE) / 2

StopReason = Literal["steady", "budget"]


@dataclass(frozen=True)
class Times:
    """The sampled times of one model.

    Units: milliseconds a call.
    """

    samples_ms: tuple[float, ...]
    """All samples in order, without the warm-up."""
    warm_up: int
    """Calls before the first sample, the very first one included."""
    first_call_ms: float
    overhead: float
    """Share of the sampling's wall time that was bookkeeping between timed calls."""
    ended: StopReason
    """"steady" when the interval of the median became narrow enough, "budget" when seconds or samples ran out
    before."""
    block: int = 1
    """Calls in one sample, which is their mean: percentiles of blocks hide the tail of single calls."""
    name: str = ""

    @cached_property
    def _sorted(self) -> NDArray[np.float64]:
        return np.sort(np.asarray(self.samples_ms, np.float64))

    def _percentile(self, percent: float) -> float:
        return float(
            np.percentile(self._sorted, percent)
        )  # linear between the neighbouring samples

    @property
    def p50(self) -> float:
        """The median."""
        return self._percentile(50)

    @property
    def p90(self) -> float:
        """The time that nine samples of ten stay below."""
        return self._percentile(90)

    @property
    def p99(self) -> float:
        """The time that 99 samples of a hundred stay below; with fewer it depends on the largest one."""
        return self._percentile(99)

    @cached_property
    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the median: see `median_interval`."""
        return median_interval(self.samples_ms)

    @property
    def within(self) -> float:
        """The distance of the farther end of the interval from the median, as a share of the median."""
        return width(self.samples_ms)

    @cached_property
    def outliers(self) -> int:
        """The number of samples outside Tukey's fences, 1.5 interquartile ranges beyond the quartiles. They
        are kept.
        """
        low, high = (self._percentile(p) for p in (25, 75))
        fence = 1.5 * (high - low)
        return int(((self._sorted < low - fence) | (self._sorted > high + fence)).sum())

    @property
    def spread(self) -> float:
        """The interquartile range as a share of the median."""
        return (self._percentile(75) - self._percentile(25)) / self.p50

    def details(self, *, samples: bool = True) -> dict[str, Any]:
        """Return all statistics as plain values for JSON, with `samples` also all samples in order."""
        statistics: dict[str, Any] = {
            "p50": self.p50,
            "p90": self.p90,
            "p99": self.p99,
            "least": float(self._sorted[0]),
            "most": float(self._sorted[-1]),
            "interval": list(self.interval),
            "interval_of": "the median, order statistics widened for autocorrelation",
            "confidence": _coverage(len(self.samples_ms)),
            "within": self.within,
            "autocorrelation": _dependence(np.asarray(self.samples_ms)),
            "ended": self.ended,
            "samples": len(self.samples_ms),
            "calls_a_sample": self.block,
            "outliers": self.outliers,
            "outliers_by": "Tukey's fences; kept in every figure",
            "spread": self.spread,
            "warm_up_calls": self.warm_up,
            "first_call_ms": self.first_call_ms,
            "overhead": self.overhead,
        }
        return statistics | (
            {"samples_ms": [float(f"{s:.6g}") for s in self.samples_ms]} if samples else {}
        )


@dataclass(frozen=True)
class Ratio:
    """A ratio of medians, with its 95 % interval."""

    value: float
    low: float
    high: float


def median_interval(samples: Sequence[float]) -> tuple[float, float]:
    """Return two samples that enclose, at 95 %, the median of the distribution that they are drawn from.

    Distribution-free: the number of samples below the median is binomial, which says the ranks. Where
    neighbours in time are alike (a machine with slow spells) n samples tell less than n independent ones; the
    ranks are moved apart by sqrt((1 + r) / (1 - r)), the factor of a first-order chain, where r is the
    correlation of successive signs about the median. Fewer than six samples cannot give 95 %: then it is the
    least and the largest, and `details()` has the confidence that they do give.
    """
    array = np.asarray(samples, np.float64)
    n = len(array)
    middle = (n + 1) / 2
    alike = _dependence(array)
    reach = (middle - _rank(n)) * math.sqrt((1 + alike) / (1 - alike))
    low = max(1, math.floor(middle - reach))
    ordered = np.sort(array)
    return float(ordered[low - 1]), float(ordered[n - low])


def width(samples: Sequence[float]) -> float:
    """Return the distance of the farther end of the median's interval from the median, as a share of the
    median.
    """
    low, high = median_interval(samples)
    middle = float(np.median(samples))
    return max(middle - low, high - middle) / middle


def ratio(a: Times, b: Times, seed: int = 0) -> Ratio:
    """Divide the median of `a` by the median of `b`; both were sampled in the same rounds.

    The interval is a percentile bootstrap over rounds: a round stays a pair, so that drift that hits both
    cancels, and rounds are drawn in runs of about the cube root of their number, so that it does not count
    neighbours that are alike as independent. Of fewer than 30 rounds the interval takes in that of the median
    of the rounds' own ratios, by `median_interval`.

    Raises: ProbeError when they cannot come from the same rounds.
    """
    first, second = (np.asarray(times.samples_ms, np.float64) for times in (a, b))
    n = len(first)
    if n != len(second):
        raise ProbeError(
            f"{a.name or 'one model'} has {n} samples and {b.name or 'the other'} {len(second)}; a ratio "
            "needs times that were sampled in turns. Profile both in one command."
        )
    run = max(1, round(n ** (1 / 3)))
    random = np.random.default_rng(seed)
    starts = random.integers(n, size=(_RESAMPLES, math.ceil(n / run)))
    ratios = np.concatenate(
        [_resampled(first, second, part, run) for part in np.array_split(starts, _PARTS)]
    )
    low, high = (float(end) for end in np.quantile(ratios, (_TAIL, 1 - _TAIL)))
    if n < _FEW_ROUNDS:
        own = median_interval((first / second).tolist())
        low, high = min(low, own[0]), max(high, own[1])
    return Ratio(float(np.median(first) / np.median(second)), low, high)


def _resampled(
    first: NDArray[np.float64], second: NDArray[np.float64], starts: NDArray[np.int64], run: int
) -> NDArray[np.float64]:
    """Return the ratio of medians of each resample, for starts of runs of shape (resamples, runs)."""
    n = len(first)
    drawn = ((starts[:, :, None] + np.arange(run)) % n).reshape(len(starts), -1)[:, :n]
    ratios: NDArray[np.float64] = np.median(first[drawn], axis=1) / np.median(second[drawn], axis=1)
    return ratios


def _rank(n: int) -> int:
    """Return the rank of the interval's lower end among n independent samples."""
    stats = import_module("scipy.stats")  # slow to load, and runs without probes do not need it
    return max(1, int(stats.binom.ppf(_TAIL, n, 0.5)))


def _coverage(n: int) -> float:
    """Return the true confidence of the interval of independent samples, since ranks are whole numbers."""
    stats = import_module("scipy.stats")
    return max(0.0, float(1 - 2 * stats.binom.cdf(_rank(n) - 1, n, 0.5)))


def _dependence(array: NDArray[np.float64]) -> float:
    """Return the correlation of successive signs about the median, from 0 to less than 1; 0 where it is
    negative.
    """
    signs = np.sign(array - np.median(array))
    power = float((signs**2).sum())
    if not power:
        return 0.0
    return min(0.99, max(0.0, float((signs[1:] * signs[:-1]).sum()) / power))
