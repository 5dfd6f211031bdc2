"""Latency: the median."""

from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.timing.model_times import SOURCE, times_of


@probe(title="Latency", unit="ms", better="lower", timed=True, source=SOURCE)
def latency_ms(model: ProbedModel, convention: str) -> ProbeResult:  # noqa: ARG001 - there is one way
    """Return the median time of a call of the network only, with input and output on the device. Calls are
    sampled after a warm-up, until the 95 % interval is within 2 % or the budget ends; all samples stand in
    the details, outliers included.

    Units: milliseconds a call, of the whole batch.
    """
    times = times_of(model)
    return ProbeResult(times.p50, times.details())
