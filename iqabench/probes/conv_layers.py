"""Number of convolutions."""

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.counting.gaps import calls, functional
from iqabench.probes.counting.operators import recorded
from iqabench.probes.counting.tables import found_in

_CONVENTIONS = {
    "ntire": "calls of Conv2d and ConvTranspose2d modules: one that runs twice is two",
    "exact": "calls of convolution operators, those called as functions included",
}


@probe(
    title="Convolutions",
    unit="1",
    better="lower",
    conventions=_CONVENTIONS,
    source="NTIRE efficient super-resolution challenges",
)
def conv_layers(seen: ProbedModel, convention: str) -> ProbeResult:
    """Convolutions that run in one forward pass, not those that are built.

    Raises: ProbeError for what is no torch network.
    """
    found = recorded(seen)
    if convention == "exact":
        return found_in(found, len(found.of("convolution")), {})
    if seen.module is None:
        raise ProbeError(f"{seen.name} is no torch network; its modules cannot be seen.")
    unseen = len(functional(found))
    notes = [f"{calls(unseen, 'convolution')} called as functions not seen"] if unseen else []
    return found_in(found, len(found.modules.of("conv")), {}, notes)
