"""Elements of what convolutions put out."""

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.counting.gaps import COMPILED, functional, short
from iqabench.probes.counting.operators import recording_of
from iqabench.probes.counting.tables import counted_result

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
def activations(model: ProbedModel, convention: str) -> ProbeResult:
    """Count the elements of the outputs of convolutions in one forward pass of the whole batch.

    Raises: ProbeError for what is no torch network.
    """
    recording = recording_of(model)
    if convention == "exact":
        return counted_result(
            recording, sum(one.elements for one in recording.of("convolution")), {}
        )
    if model.compiled:
        value = sum(one.elements for one in recording.of("convolution"))
        return counted_result(recording, value, {}, [COMPILED])
    if model.module is None:
        raise ProbeError(f"{model.name} is no torch network; its modules cannot be seen.")
    unseen = sum(one.elements for one in functional(recording))
    notes = (
        [f"convolutions called as functions are not seen: {short(unseen)} missing"]
        if unseen
        else []
    )
    return counted_result(
        recording, sum(call.elements for call in recording.modules.of("conv")), {}, notes
    )
