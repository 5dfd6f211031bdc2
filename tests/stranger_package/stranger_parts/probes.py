"""The number of modules, as a probe."""

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult


@probe(title="Modules", unit="1", better="lower", source="a stranger", sized=False)
def stranger_modules(seen: ProbedModel, convention: str) -> ProbeResult:
    """Return the number of modules of a network.

    Raises: ProbeError for models that are no torch network.
    """
    if seen.module is None:
        raise ProbeError(f"{seen.name} is no torch network; it has no modules.")
    return ProbeResult(len(list(seen.module.modules())))
