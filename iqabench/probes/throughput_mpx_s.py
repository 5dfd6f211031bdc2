"""Throughput, in pixels that come out."""

from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.timing.model_times import output_megapixels, times_of


@probe(
    title="Throughput, output",
    unit="megapixels per second",
    better="higher",
    timed=True,
    source="median latency",
)
def throughput_mpx_s(model: ProbedModel, convention: str) -> ProbeResult:  # noqa: ARG001 - there is one way
    """Divide the pixels of the whole batch's output (not of the input, which has a sixteenth at x4) by the
    median time of a call. A pixel counts once, whatever its channels.

    Units: 10**6 pixels per second.
    """
    times, pixels = times_of(model), output_megapixels(model)
    low, high = times.interval
    return ProbeResult(
        pixels / times.p50 * 1e3,
        {"output_megapixels": pixels, "interval": [pixels / high * 1e3, pixels / low * 1e3]},
    )
