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
def energy_j_per_mpx(model: ProbedModel, convention: str) -> ProbeResult:  # noqa: ARG001 - there is one way
    """Measure the energy counter's gain while calls follow each other for 3 s or more, per output megapixel.
    It includes the device's idle draw, and whatever else runs on it.

    Units: joules per 10**6 pixels of output.

    Raises: ProbeError with the reason where no counter can be read, or it stands still.
    """
    with torch.inference_mode(), energy_counter(model.device) as counter:
        spent = _spend(model, counter)
    pixels = spent.calls * output_megapixels(model)
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


def _spend(model: ProbedModel, counter: Counter) -> _Spent:
    """Run from one step of the counter to another: some counters move only ten times a second."""
    calls = max(1, ceil(_LOOK_MS / times_of(model).p50))
    clock = clock_of(model.device)
    start, last = clock.now_ms(), counter.joules()
    first: float | None = None
    done = 0
    while True:
        clock.time_ms(model.call, model.batch, calls)
        done += calls
        now, joules = clock.now_ms(), counter.joules()
        seconds, stepped, last = (now - start) / 1e3, joules > last, joules
        if stepped and first is None:
            start, first, done = now, joules, 0
        elif stepped and first is not None and seconds >= _SECONDS:
            return _Spent(joules - first, done, seconds)
        elif seconds >= 2 * _SECONDS + 2 * calls * times_of(model).p50 / 1e3:
            raise ProbeError(
                f"the energy counter ({counter.name}) stood still for {seconds:.0f} s."
            )
