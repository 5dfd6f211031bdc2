"""Elements of what convolutions put out."""

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.counting.gaps import functional, short
from iqabench.probes.counting.operators import recorded
from iqabench.probes.counting.tables import found_in

_CONVENTIONS = {
    "ntire": "outputs of Conv2d and ConvTranspose2d modules that run",
    "exact": "outputs of every convolution that ran, those called as functions included",
}


@probe(
    title="Activations",
    unit="1",
    better="lower",
    conventions=_CONVENTIONS,
    source="NTIRE efficient super-resolution challenges",
)
def activations(seen: ProbedModel, convention: str) -> ProbeResult:
    """Elements of the outputs of convolutions in one forward pass, of the whole batch.

    Raises: ProbeError for what is no torch network.
    """
    found = recorded(seen)
    if convention == "exact":
        return found_in(found, sum(one.elements for one in found.of("convolution")), {})
    if seen.module is None:
        raise ProbeError(f"{seen.name} is no torch network; its modules cannot be seen.")
    unseen = sum(one.elements for one in functional(found))
    notes = (
        [f"convolutions called as functions are not seen: {short(unseen)} missing"]
        if unseen
        else []
    )
    return found_in(found, sum(call.elements for call in found.modules.of("conv")), {}, notes)
