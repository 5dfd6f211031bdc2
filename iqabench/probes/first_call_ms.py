"""The first call."""

from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.timing.model_times import times_of


@probe(title="First call", unit="ms", better="lower", timed=True, source="-")
def first_call_ms(model: ProbedModel, convention: str) -> ProbeResult:  # noqa: ARG001 - there is one way
    """Time the first call at this size after loading: compilation, choice of kernels, first allocations. It
    is one call, so it has no interval; what the process had loaded before is not in it.

    Units: milliseconds.
    """
    return ProbeResult(times_of(model).first_call_ms)
