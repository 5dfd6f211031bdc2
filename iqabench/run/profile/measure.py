"""Costs of models, side by side: counted once, timed in turn (A B A B), so that drift affects all alike.

for size, models in rounds:
    entrants = [model at that size, on the device, called once]
    times = sample(entrants)                       # if any column is timed
    measured = [column(entrant) for column in columns for entrant in entrants]
"""

from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from typing import Any

from iqabench.errors import ProbeError
from iqabench.models.core.mode import PLAIN, Mode
from iqabench.models.core.model import Model
from iqabench.probes import CostColumn, Size
from iqabench.probes.machine import hold_device, machine_state, timing_warnings
from iqabench.probes.timing import Ratio, Sampling, Times, ratio, sample
from iqabench.run.profile.entrant import Entrant, enter
from iqabench.run.profile.memory_limit import within_memory
from iqabench.run.profile.options import Profile, ProfileOptions
from iqabench.run.profile.records import CostMeasurement
from iqabench.run.progress import UNWATCHED, Watch

USUAL_SIDE = 256
"""The side of the square input at which the challenges measure."""

Round = tuple[Size, list[Model]]
"""One size, and the models that are measured side by side at it."""


def measure(
    rounds: Sequence[Round],
    columns: Sequence[CostColumn],
    device: str,
    options: ProfileOptions,
    done: Profile,
    watch: Watch = UNWATCHED,
) -> Iterator[tuple[list[CostMeasurement], dict[str, Any]]]:
    """Yield, size by size, the costs of all models and the details that all records of that size share."""
    timed = bool(rounds) and any(c.probe.timed for c in columns)
    with ExitStack() as stack:
        if timed:
            stack.enter_context(hold_device(device, wait=options.wait))
        watch("profile", 0, len(rounds))
        for at, (size, some) in enumerate(rounds):
            before = machine_state(device) if timed else {}
            measured, times = _at_size(some, columns, size, device, options)
            more: dict[str, Any] = {}
            if timed:
                warnings = timing_warnings(before, machine_state(device), times)
                more = {"machine": before, "warnings": warnings}
                done.warnings += [w for w in warnings if w not in done.warnings]
            watch("profile", at + 1, len(rounds))
            yield measured, more


def latency_ratio(
    one: Model,
    other: Model,
    size: Size,
    device: str = "cpu",
    how: Sampling | None = None,
    *,
    mode: Mode = PLAIN,
) -> Ratio:
    """Divide the latency of `other` by that of `one`, sampled in turn on a device that is held.

    Raises: ProbeError when one of them cannot run at that size; BusyError.
    """
    with ExitStack() as stack:
        stack.enter_context(hold_device(device, wait=True))
        entrants = [enter(m, size, device, mode, stack) for m in (one, other)]
        first, second = sample([e.contender for e in entrants], how or Sampling())
    return ratio(second, first)


def costs_of(
    model: Model, columns: Sequence[CostColumn], size: Size, device: str = "cpu"
) -> dict[str, float | None]:
    """Return a model's costs by the columns' names, None where there is none."""
    options = ProfileOptions(device=device)
    results = measure([(size, [model])], columns, device, options, Profile())
    return {
        one.column.name: one.found.value if one.found else None
        for measured, _ in results
        for one in measured
    }


def rounds_of(models: Sequence[Model], sizes: Sequence[Size] | None) -> list[Round]:
    """Group the models that are measured side by side; without sizes, each is measured at its own number of
    channels.
    """
    if sizes is not None:
        return [(size, list(models)) for size in sizes]
    by_size: dict[Size, list[Model]] = {}
    for model in models:
        by_size.setdefault(own_size(model), []).append(model)
    return list(by_size.items())


def own_size(model: Model) -> Size:
    """Return the size at which a model is measured when none is named."""
    height, width = (side or USUAL_SIDE for side in model.fixed_size or (None, None))
    return Size(model.card.planes, height, width)


def _at_size(
    models: Sequence[Model],
    columns: Sequence[CostColumn],
    size: Size,
    device: str,
    options: ProfileOptions,
) -> tuple[list[CostMeasurement], list[Times]]:
    measured: list[CostMeasurement] = []
    entrants: list[Entrant] = []
    with ExitStack() as stack:
        if device == "cpu":
            stack.enter_context(within_memory())
        for model in models:
            try:
                entrants.append(enter(model, size, device, options.mode, stack))
            except ProbeError as error:
                measured += [CostMeasurement(model, size, c, None, str(error)) for c in columns]
        times = _sampled(entrants, columns, options)
        for entrant in entrants:
            measured += [entrant.measured(size, column) for column in columns]
    return measured, times


def _sampled(
    entrants: list[Entrant], columns: Sequence[CostColumn], options: ProfileOptions
) -> list[Times]:
    """Sample the times of all entrants in turn; each finds its own under "times"."""
    if not entrants or not any(c.probe.timed for c in columns):
        return []
    all_times = sample([e.contender for e in entrants], options.sampling)
    times = []
    for entrant, sampled in zip(entrants, all_times, strict=True):
        times.append(replace(sampled, first_call_ms=entrant.first_call_ms))
        entrant.probed.keep("times", times[-1])
        if len(entrants) > 1:
            by = ratio(sampled, all_times[0])
            first = entrants[0].model.card.name
            entrant.ratio = {"to": first, "value": by.value, "interval": [by.low, by.high]}
    return times
