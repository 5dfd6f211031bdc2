"""Number of multiply-accumulates."""

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.counting.fvcore_trace import fvcore_trace
from iqabench.probes.counting.gaps import macs_of, of_fvcore, of_modules, of_what_is_unseen
from iqabench.probes.counting.operators import recording_of
from iqabench.probes.counting.recording import Recording
from iqabench.probes.counting.tables import by_operator, counted_result
from iqabench.probes.counting.torch_counter import torch_flops

_CONVENTIONS = {
    "exact": "of every operator that ran, wherever it was called: convolutions, products, attention, "
    "interpolation, batch norm; biases not counted",
    "fvcore": "fvcore 0.1.5, gaps included: padding='same' and attention 0, what the tracer drops 0 (the "
    "efficient super-resolution challenges since 2023)",
    "ntire2022": "the counter of the 2022 challenge: by modules, with activations, Linear by two dimensions",
    "torch": "torch's FlopCounterMode, halved",
    "conv": "convolutions alone, wherever they were called (tables of papers)",
    "bbcu": "convolutions alone, those of one bit divided by 64 (binarised networks)",
    "nonzero": "convolutions alone, each by the share of its weights that are not 0 (pruned networks); dense "
    "kernels take no less time for it",
}
_BINARY = 64
"""Binary multiply-accumulates that cost as much as one full one: BBCU's convention."""


@probe(
    title="Multiply-accumulates",
    unit="1",
    better="lower",
    conventions=_CONVENTIONS,
    source="NTIRE efficient super-resolution challenges",
)
def macs(model: ProbedModel, convention: str) -> ProbeResult:
    """Count the multiply-accumulates of one forward pass of the whole batch; details list them by operator.

    Raises: ProbeError for what is no torch network, and for networks that the convention cannot look into.
    """
    if convention == "fvcore":
        return _fvcore(model)
    if convention == "ntire2022":
        return _ntire2022(model)
    recording = recording_of(model)
    if convention == "torch":
        return ProbeResult(torch_flops(model) // 2, {"notes": of_what_is_unseen(recording)})
    if convention in ("conv", "nonzero"):
        return _of_convolutions(recording, weighted=convention == "nonzero")
    if convention == "bbcu":
        return _bbcu(recording)
    return counted_result(recording, macs_of(recording.ran), by_operator(recording))


def _fvcore(model: ProbedModel) -> ProbeResult:
    graph, recording = fvcore_trace(model), recording_of(model)
    notes = of_fvcore(recording, graph)
    return counted_result(recording, graph.macs, graph.operators, notes, skipped=graph.skipped)


def _ntire2022(model: ProbedModel) -> ProbeResult:
    if model.module is None or model.compiled:
        raise ProbeError(f"{model.name} is no plain torch network; its modules cannot be seen.")
    recording = recording_of(model)
    operators = {
        kind: {"calls": len(some), "macs": sum(call.macs for call in some)}
        for kind in ("conv", "linear", "norm", "activation")
        if (some := recording.modules.of(kind))
    }
    value = sum(call.macs for call in recording.modules.calls)
    return counted_result(recording, value, operators, of_modules(recording))


def _of_convolutions(recording: Recording, *, weighted: bool) -> ProbeResult:
    """Count convolutions; `weighted` counts each by the share of its weights that are not 0."""
    convolutions = recording.of("convolution")
    value = macs_of(convolutions)
    if weighted:
        value = round(sum(macs_of([one]) * one.nonzero for one in convolutions))
    return counted_result(recording, value, by_operator(recording, "convolution"))


def _bbcu(recording: Recording) -> ProbeResult:
    convolutions = recording.of("convolution")
    binary = macs_of(one for one in convolutions if one.binary)
    full = macs_of(convolutions) - binary
    notes = [] if binary else ["no module says that it is binary (binary = True)"]
    operators = {"full precision": {"macs": full}, "binary": {"macs": binary}}
    return counted_result(recording, full + binary / _BINARY, operators, notes)
