"""The first call."""

from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed import Found, Probed
from iqabench.probes.timing.sampled import times_of


@probe(title="First call", unit="ms", better="lower", timed=True, source="-")
def first_call_ms(seen: Probed, convention: str) -> Found:  # noqa: ARG001 - there is one way
    """Time of the first call at this size after loading: compilation, choice of kernels, first allocations.
    One call alone, so without an interval; what the process had loaded before is not in it.

    Units: milliseconds.
    """
    return Found(times_of(seen).first_call_ms)
