"""Latency: the median."""

from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.timing.model_times import SOURCE, times_of


@probe(title="Latency", unit="ms", better="lower", timed=True, source=SOURCE)
def latency_ms(seen: ProbedModel, convention: str) -> ProbeResult:  # noqa: ARG001 - there is one way
    """Median time of a call of the network alone, input and output on the device: after warm-up, sampled
    until its 95 % interval is within 2 % or the budget ends. All samples stand in the details, outliers too.

    Units: milliseconds a call, of the whole batch.
    """
    times = times_of(seen)
    return ProbeResult(times.p50, times.details())
