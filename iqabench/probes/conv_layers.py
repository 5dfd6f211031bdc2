"""Number of convolutions."""

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.counting.gaps import COMPILED, calls, functional
from iqabench.probes.counting.operators import recording_of
from iqabench.probes.counting.tables import counted_result

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
def conv_layers(model: ProbedModel, convention: str) -> ProbeResult:
    """Count the convolutions that run in one forward pass, not those that are built.

    Raises: ProbeError for what is no torch network.
    """
    recording = recording_of(model)
    if convention == "exact":
        return counted_result(recording, len(recording.of("convolution")), {})
    if model.compiled:
        value = len(recording.of("convolution"))
        return counted_result(recording, value, {}, [COMPILED])
    if model.module is None:
        raise ProbeError(f"{model.name} is no torch network; its modules cannot be seen.")
    unseen = len(functional(recording))
    notes = [f"{calls(unseen, 'convolution')} called as functions not seen"] if unseen else []
    return counted_result(recording, len(recording.modules.of("conv")), {}, notes)
