"""Latency that few calls exceed: the 99th percentile."""

from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.timing.model_times import SOURCE, times_of


@probe(title="Latency, 99th percentile", unit="ms", better="lower", timed=True, source=SOURCE)
def latency_ms_p99(model: ProbedModel, convention: str) -> ProbeResult:  # noqa: ARG001 - there is one way
    """Return the time that 99 of a hundred samples stay below, by linear interpolation. A sample of a fast
    network is the mean of a block of calls, as the details say.

    Units: milliseconds a call, of the whole batch.
    """
    times = times_of(model)
    details = times.details(samples=False)
    details["median_interval"] = details.pop("interval")  # it is not this percentile's
    return ProbeResult(times.p99, details)
