"""Sampling of several models' times in turn: warm-up, rounds, and the rule that ends them."""

import gc
import math
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from statistics import median

import torch
from torch import Tensor

from iqabench.probes.timing.clock import Clock, clock_of
from iqabench.probes.timing.times import Times, width

_WINDOW = 5
"""Calls that the warm-up compares with as many calls before them."""
_FALL = 0.02
"""Warm-up ends when the median of a window is no longer lower by more than this share."""
_SHORT_MS, _BLOCK_MS = 2.0, 5.0
"""Calls shorter than the first are timed in blocks that last the second: 5 ms are many ticks of any clock."""
_PATIENCE = 1.1
"""The interval is computed again when there are a tenth more samples: computing it costs time, and a rule
that is checked more often ends more often by luck."""


@dataclass(frozen=True)
class Sampling:
    """The conditions that end sampling."""

    budget_s: float = 20.0
    """Seconds per contender; time that one leaves is spent on the others."""
    precision: float = 0.02
    """Sampling ends when both ends of the median's 95 % interval are within this share of the median."""
    least: int = 10
    """The smallest number of samples of each, whatever the interval is."""
    least_s: float = 2.0
    """The least seconds per contender: a machine's slow spells outlast a few quick samples."""
    most: int = 2000
    """The largest number of samples of each."""
    warm_up_least_s: float = 0.5
    """Clocks rise within this time."""
    warm_up_most_s: float = 10.0
    """The most seconds of warm-up per contender; a call that has started may end, and the very first does not
    count."""
    seed: int = 0
    """The seed of the bootstrap in ratios."""


@dataclass
class Contender:
    """One model that takes its turn."""

    name: str
    call: Callable[[Tensor], Tensor]
    batch: Tensor
    device: torch.device = field(default_factory=lambda: torch.device("cpu"))


@dataclass(frozen=True)
class SamplingProgress:
    """The progress of sampling, for displays."""

    name: str
    """The contender that is being warmed up; empty during the rounds."""
    rounds: int = 0
    seconds: float = 0.0
    budget_s: float = 0.0
    within: float = math.inf
    """The widest interval among the contenders, defined as in `Times.within`."""


Watch = Callable[[SamplingProgress], None]


def sample(
    contenders: Sequence[Contender], sampling: Sampling | None = None, watch: Watch | None = None
) -> list[Times]:
    """Sample the times of each contender, all in the same rounds and so equally many.

    Each is warmed up alone: at least ten calls after the first and half a second, until the median of five
    calls is no longer more than 2 % below that of the five before, or the time for it is over. Then come
    rounds of one sample each. Every round is followed by its reverse, and then the first goes last: A B C,
    C B A, B C A, A C B, ... so a steady drift cancels in every two rounds, and over all rounds each contender
    is at each place, and before and behind each other, equally often.
    """
    if not contenders:
        return []
    sampling = sampling or Sampling()
    with torch.inference_mode(), _without_collector():
        lanes = [_Lane(contender, clock_of(contender.device)) for contender in contenders]
        for lane in lanes:
            if watch:
                watch(
                    SamplingProgress(lane.contender.name, budget_s=sampling.budget_s * len(lanes))
                )
            lane.warm_up(sampling)
        overhead = _rounds(lanes, sampling, watch)
    return [lane.times(overhead, sampling) for lane in lanes]


@dataclass
class _Lane:
    """A contender, its clock and its measured times."""

    contender: Contender
    clock: Clock
    first_call_ms: float = 0.0
    warm: list[float] = field(default_factory=list)
    block: int = 1
    samples: list[float] = field(default_factory=list)

    def time_ms(self, calls: int = 1) -> float:
        return self.clock.time_ms(self.contender.call, self.contender.batch, calls)

    def warm_up(self, sampling: Sampling) -> None:
        self.first_call_ms = self.time_ms()
        start = self.clock.now_ms()
        while True:
            self.warm.append(self.time_ms())
            spent = (self.clock.now_ms() - start) / 1e3
            if spent >= sampling.warm_up_most_s or (
                spent >= sampling.warm_up_least_s and self._is_warm()
            ):
                break
        usual = median(self.warm[-_WINDOW:])
        if usual < _SHORT_MS:
            self.block = math.ceil(_BLOCK_MS / max(usual, 1e-3))

    def _is_warm(self) -> bool:
        if len(self.warm) < 2 * _WINDOW:
            return False
        before, last = self.warm[-2 * _WINDOW : -_WINDOW], self.warm[-_WINDOW:]
        return median(last) >= (1 - _FALL) * median(before)

    def turn(self) -> None:
        self.samples.append(self.time_ms(self.block) / self.block)

    def times(self, overhead: float, sampling: Sampling) -> Times:
        return Times(
            samples_ms=tuple(self.samples),
            warm_up=1 + len(self.warm),
            first_call_ms=self.first_call_ms,
            overhead=overhead,
            ended="steady" if _is_enough(self.samples, sampling) else "budget",
            block=self.block,
            name=self.contender.name,
        )


def _rounds(lanes: list[_Lane], sampling: Sampling, watch: Watch | None) -> float:
    """Sample until it is enough; return the share of the time that was not spent in timed calls."""
    clock = lanes[0].clock
    budget_s, least_s = (s * len(lanes) for s in (sampling.budget_s, sampling.least_s))
    start, due = clock.now_ms(), sampling.least
    for done in range(1, sampling.most + 1):
        for lane in _order(lanes, done - 1):
            lane.turn()
        spent = (clock.now_ms() - start) / 1e3
        if spent >= budget_s:
            break
        if done < due or spent < least_s:
            continue
        due = math.ceil(done * _PATIENCE)
        if watch:
            widest = max(width(lane.samples) for lane in lanes)
            watch(SamplingProgress("", done, spent, budget_s, widest))
        if all(_is_enough(lane.samples, sampling) for lane in lanes):
            break
    timed = sum(sum(lane.samples) * lane.block for lane in lanes)
    return max(0.0, 1 - timed / (clock.now_ms() - start))


def _is_enough(samples: Sequence[float], sampling: Sampling) -> bool:
    return len(samples) >= sampling.least and width(samples) <= sampling.precision


def _order(lanes: list[_Lane], past: int) -> list[_Lane]:
    """Return the order of the contenders in the round after `past` others; see `sample`."""
    turned = past // 2 % len(lanes)
    order = lanes[turned:] + lanes[:turned]
    return order[::-1] if past % 2 else order


@contextmanager
def _without_collector() -> Iterator[None]:
    """Switch Python's garbage collector off within the block."""
    was_on, was_frozen = gc.isenabled(), gc.get_freeze_count()
    gc.collect()
    gc.disable()
    gc.freeze()
    try:
        yield
    finally:
        if not was_frozen:  # there is no thawing of ours alone
            gc.unfreeze()
        if was_on:
            gc.enable()
