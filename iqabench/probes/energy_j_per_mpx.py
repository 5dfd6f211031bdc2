"""Energy of what comes out."""

from dataclasses import dataclass
from math import ceil

import torch

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.machine.energy import Counter, energy_counter
from iqabench.probes.timing.clock import clock_of
from iqabench.probes.timing.model_times import output_megapixels, times_of

_SECONDS = 3.0
_LOOK_MS = 20.0
"""Calls between two looks at the counter take about so long."""


@dataclass(frozen=True)
class _Spent:
    joules: float
    calls: int
    seconds: float


@probe(
    title="Energy per output megapixel",
    unit="J",
    better="lower",
    timed=True,
    source="NVML total energy; RAPL packages",
)
def energy_j_per_mpx(seen: ProbedModel, convention: str) -> ProbeResult:  # noqa: ARG001 - there is one way
    """What the device's energy counter gains while calls follow each other for 3 s or more, by the pixels of
    their outputs. The device's idle draw, and whatever else runs on it, are in it.

    Units: joules per 10**6 pixels of output.

    Raises: ProbeError with the reason where no counter can be read, or it stands still.
    """
    with torch.inference_mode(), energy_counter(seen.device) as counter:
        spent = _spend(seen, counter)
    pixels = spent.calls * output_megapixels(seen)
    return ProbeResult(
        spent.joules / pixels,
        {
            "counter": counter.name,
            "joules": spent.joules,
            "seconds": spent.seconds,
            "watts": spent.joules / spent.seconds,
            "calls": spent.calls,
        },
    )


def _spend(seen: ProbedModel, counter: Counter) -> _Spent:
    """Run from one step of the counter to another: some counters move ten times a second alone."""
    calls = max(1, ceil(_LOOK_MS / times_of(seen).p50))
    clock = clock_of(seen.device)
    begun, last = clock.now_ms(), counter.joules()
    first: float | None = None
    done = 0
    while True:
        clock.time_ms(seen.call, seen.batch, calls)
        done += calls
        now, joules = clock.now_ms(), counter.joules()
        seconds, stepped, last = (now - begun) / 1e3, joules > last, joules
        if stepped and first is None:
            begun, first, done = now, joules, 0
        elif stepped and first is not None and seconds >= _SECONDS:
            return _Spent(joules - first, done, seconds)
        elif seconds >= 2 * _SECONDS + 2 * calls * times_of(seen).p50 / 1e3:
            raise ProbeError(
                f"the energy counter ({counter.name}) stood still for {seconds:.0f} s."
            )
