"""Number of operations."""

from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.counting.gaps import of_what_is_unseen
from iqabench.probes.counting.operators import recording_of
from iqabench.probes.counting.tables import by_operator, counted_result
from iqabench.probes.counting.torch_counter import torch_flops

_CONVENTIONS = {
    "exact": "two for a multiply-accumulate, and those of biases, activations, sums, norms, pooling, "
    "of every operator that ran",
    "torch": "torch's FlopCounterMode: convolutions, products and attention alone",
}


@probe(
    title="Operations",
    unit="1",
    better="lower",
    conventions=_CONVENTIONS,
    source="the rules stand in iqabench.probes.counting.rules",
)
def flops(model: ProbedModel, convention: str) -> ProbeResult:
    """Count the arithmetic operations of one forward pass of the whole batch; details list them by operator.

    Papers that print "FLOPs" mostly mean multiply-accumulates: that is `macs`.

    Raises: ProbeError for what is no torch network.
    """
    recording = recording_of(model)
    if convention == "torch":
        return ProbeResult(torch_flops(model), {"notes": of_what_is_unseen(recording)})
    operators = by_operator(recording)
    return counted_result(
        recording, sum(2 * o["macs"] + o["other"] for o in operators.values()), operators
    )
