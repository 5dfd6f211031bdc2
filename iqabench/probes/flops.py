"""Number of operations."""

from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.counting.gaps import of_what_is_unseen
from iqabench.probes.counting.operators import recorded
from iqabench.probes.counting.tables import by_operator, found_in
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
def flops(seen: ProbedModel, convention: str) -> ProbeResult:
    """Arithmetic operations of one forward pass, of the whole batch; details list them by operator.

    Papers that print "FLOPs" mostly mean multiply-accumulates: that is `macs`.

    Raises: ProbeError for what is no torch network.
    """
    found = recorded(seen)
    if convention == "torch":
        return ProbeResult(torch_flops(seen), {"notes": of_what_is_unseen(found)})
    operators = by_operator(found)
    return found_in(found, sum(2 * o["macs"] + o["other"] for o in operators.values()), operators)
