"""A model at one size, ready to be measured beside others."""

from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

import torch

from iqabench.errors import IqabenchError, ProbeError
from iqabench.models.core.mode import PLAIN, Mode
from iqabench.models.core.model import Model
from iqabench.models.core.restore import is_out_of_memory
from iqabench.probes import CostColumn, ProbedModel, ProbeResult, Size
from iqabench.probes.timing import Contender
from iqabench.run.failures import watching_model
from iqabench.run.natural_image import natural_batch
from iqabench.run.profile.records import CostMeasurement

_COMPILED = ("script", "onnx")
"""The loaders of programs whose modules cannot be seen."""
LATENCY = "latency_ms"
"""The probe whose value is recorded with a ratio."""


@dataclass
class Entrant:
    """One model at one size that has run once."""

    model: Model
    probed: ProbedModel
    plain: ProbedModel
    """The same model without compilation or graphs, for counting."""
    first_call_ms: float
    ratio: dict[str, Any] = field(default_factory=dict)
    """Its latency divided by that of the first entrant, with the interval, where both were sampled in turn.
    """

    @property
    def contender(self) -> Contender:
        """The model as the sampling of times takes it."""
        seen = self.probed
        return Contender(seen.name, seen.call, seen.batch, seen.device)

    def measured(self, size: Size, column: CostColumn) -> CostMeasurement:
        """Measure one cost, or give the reason why there is none."""
        seen = self.probed if column.probe.timed else self.plain
        try:
            with watching_model("measure", self.model, size.name):
                result = column(seen)
        except IqabenchError as reason:
            return CostMeasurement(self.model, size, column, None, str(reason))
        except Exception as reason:
            if not is_out_of_memory(reason):
                raise
            return CostMeasurement(self.model, size, column, None, f"out of memory at {size.name}")
        details = {**result.details, "input": list(seen.batch.shape)}
        if self.ratio and column.probe.name == LATENCY:
            details["ratio"] = self.ratio
        return CostMeasurement(self.model, size, column, ProbeResult(result.value, details))


def enter(model: Model, size: Size, device: str, mode: Mode, stack: ExitStack) -> Entrant:
    """Call the model once at that size, and keep it ready until the stack closes.

    Raises: ProbeError when it cannot run.
    """
    card = model.card
    shape = size.input_shape(card.whole_scale)
    try:
        batch = natural_batch(shape, card.range).to(model.device)
        plain = stack.enter_context(model.bare())
        call = stack.enter_context(model.bare(mode)) if mode != PLAIN else plain
        with torch.inference_mode(), watching_model("measure", model, size.name):
            start = perf_counter()
            call(batch)
            _synchronise(device)
        first = (perf_counter() - start) * 1000
    except IqabenchError as error:
        raise ProbeError(str(error)) from error
    except Exception as error:  # the network may be anyone's, so its reason is reported
        raise ProbeError(_why(model, size, error)) from error
    seen = ProbedModel(
        card.id,
        call,
        batch,
        model.module,
        card.whole_scale,
        model.trainable,
        model.graph,
        "" if model.module or model.graph else "its work is done by another process",
        compiled=card.loader in _COMPILED,
        device=model.device,
    )
    counted = seen if call is plain else replace(seen, call=plain)
    return Entrant(model, seen, counted, first)


def _why(model: Model, size: Size, error: Exception) -> str:
    if is_out_of_memory(error):
        if model.device.type == "cuda":
            torch.cuda.empty_cache()
        return f"out of memory at {size.name}"
    card = model.card
    message = (str(error).splitlines() or [""])[0]
    needs = [f"{card.channels} images" if card.channels != "any" else ""]
    needs += [f"at least {card.min_size} pixels a side" if card.min_size > 1 else ""]
    needs += [f"multiples of {card.size_multiple}" if card.size_multiple > 1 else ""]
    return (
        f"the network cannot run at {size.name}: {type(error).__name__}: {message} (its card says: "
        f"{', '.join(n for n in needs if n) or 'any image'})"
    )


def _synchronise(device: str) -> None:
    if device.startswith("cuda"):
        torch.cuda.synchronize(device)
