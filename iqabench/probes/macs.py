"""Number of multiply-accumulates."""

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.counting.fvcore_trace import traced
from iqabench.probes.counting.gaps import macs_of, of_fvcore, of_modules, of_what_is_unseen
from iqabench.probes.counting.operators import Recording, recorded
from iqabench.probes.counting.tables import by_operator, found_in
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
}
_BINARY = 64
"""Binary multiply-accumulates that cost as much as one: BBCU's convention."""


@probe(
    title="Multiply-accumulates",
    unit="1",
    better="lower",
    conventions=_CONVENTIONS,
    source="NTIRE efficient super-resolution challenges",
)
def macs(seen: ProbedModel, convention: str) -> ProbeResult:
    """Multiply-accumulates of one forward pass, of the whole batch; details list them by operator.

    Raises: ProbeError for what is no torch network, and for networks that the convention cannot look into.
    """
    if convention == "fvcore":
        return _fvcore(seen)
    if convention == "ntire2022":
        return _ntire2022(seen)
    found = recorded(seen)
    if convention == "torch":
        return ProbeResult(torch_flops(seen) // 2, {"notes": of_what_is_unseen(found)})
    if convention == "conv":
        return found_in(found, macs_of(found.of("convolution")), by_operator(found, "convolution"))
    if convention == "bbcu":
        return _bbcu(found)
    return found_in(found, macs_of(found.ran), by_operator(found))


def _fvcore(seen: ProbedModel) -> ProbeResult:
    graph, found = traced(seen), recorded(seen)
    notes = of_fvcore(found, graph)
    return found_in(found, graph.macs, graph.operators, notes, skipped=graph.skipped)


def _ntire2022(seen: ProbedModel) -> ProbeResult:
    if seen.module is None:
        raise ProbeError(f"{seen.name} is no torch network; its modules cannot be seen.")
    found = recorded(seen)
    operators = {
        kind: {"calls": len(some), "macs": sum(call.macs for call in some)}
        for kind in ("conv", "linear", "norm", "activation")
        if (some := found.modules.of(kind))
    }
    value = sum(call.macs for call in found.modules.calls)
    return found_in(found, value, operators, of_modules(found))


def _bbcu(found: Recording) -> ProbeResult:
    convolutions = found.of("convolution")
    binary = macs_of(one for one in convolutions if one.binary)
    full = macs_of(convolutions) - binary
    notes = [] if binary else ["no module says that it is binary (binary = True)"]
    operators = {"full precision": {"macs": full}, "binary": {"macs": binary}}
    return found_in(found, full + binary / _BINARY, operators, notes)
