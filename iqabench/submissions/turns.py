"""The timing of a submission in turn with the board's baseline, in one process, so that drift affects both
alike.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from typing import Any

from iqabench.errors import IqabenchError, ModelError
from iqabench.models.core.load import load_model
from iqabench.models.core.mode import PLAIN
from iqabench.probes import CostColumn, ProbedModel, Size
from iqabench.probes.machine import machine_state, timing_warnings
from iqabench.probes.timing import Contender, Sampling, ratio, sample, times_of
from iqabench.run.profile.entrant import LATENCY, enter
from iqabench.submissions.request import Counterpart
from iqabench.submissions.selection import load_submission, reason_of


@contextmanager
def counterpart(to: Counterpart, shape: list[int]) -> Iterator[ProbedModel]:
    """Load the baseline, ready to be measured within the block.

    Raises: ModelError with the reason why it cannot be.
    """
    with ExitStack() as stack:
        try:
            if to.model_id is not None:
                base = load_submission(to.model_id, shape, [])
            else:
                number, channels, height, width = shape
                size = Size(channels, height, width, batch=number)
                base = enter(load_model(to.model, to.scale), size, "cpu", PLAIN, stack).probed
        except Exception as error:  # other people's code: its reason is reported
            raise ModelError(
                f"the baseline {to.name} could not run beside it: {reason_of(error)}"
            ) from error
        yield replace(base, name=to.name)


def sample_in_turn(seen: ProbedModel, base: ProbedModel | None, how: Sampling) -> dict[str, Any]:
    """Sample both, each finding its own times under "times", and return what records say of the machine
    meanwhile.
    """
    models = [seen] if base is None else [base, seen]
    before = machine_state("cpu")
    all_times = sample([Contender(p.name, p.call, p.batch, p.device) for p in models], how)
    for model, times in zip(models, all_times, strict=True):
        model.keep("times", times)
    return {"machine": before, "warnings": timing_warnings(before, machine_state("cpu"), all_times)}


def ratio_to(
    base: ProbedModel, seen: ProbedModel, column: CostColumn, value: float
) -> dict[str, Any]:
    """Divide the submission's cost by the baseline's, as records hold it; latencies have an interval.

    Raises: ModelError when the baseline's cost cannot be had.
    """
    if column.probe.name == LATENCY:
        by = ratio(times_of(seen), times_of(base))
        return {"to": base.name, "value": by.value, "interval": [by.low, by.high]}
    try:
        return {"to": base.name, "value": value / column(base).value}
    except IqabenchError as error:
        raise ModelError(f"of the baseline {base.name}: {error}") from error
