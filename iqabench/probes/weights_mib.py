"""Size of the weights."""

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult


@probe(title="Weights", unit="MiB", better="lower", sized=False, source="-")
def weights_mib(model: ProbedModel, convention: str) -> ProbeResult:  # noqa: ARG001 - there is one way
    """Sum the bytes of parameters and saved buffers in memory: an int8 weight is one byte.

    Raises: ProbeError for models that are no torch network.
    """
    if model.module is None:
        raise ProbeError(f"{model.name} is no torch network; its weights cannot be seen.")
    state = {t.data_ptr() or id(t): t for t in model.module.state_dict().values()}
    kinds = sorted({str(t.dtype).removeprefix("torch.") for t in state.values()})
    return ProbeResult(
        sum(t.numel() * t.element_size() for t in state.values()) / 2**20, {"dtypes": kinds}
    )
