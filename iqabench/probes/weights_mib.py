"""Size of the weights."""

import torch

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.counting.script_constants import code_constants


@probe(title="Weights", unit="MiB", better="lower", sized=False, source="-")
def weights_mib(model: ProbedModel, convention: str) -> ProbeResult:  # noqa: ARG001 - there is one way
    """Sum the bytes of parameters and saved buffers in memory: an int8 weight is one byte.

    Raises: ProbeError for models that are no torch network.
    """
    model.require_open("the weights")
    if model.graph is not None:
        return ProbeResult(sum(w.bytes for w in model.graph.weights()) / 2**20)
    if model.module is None:
        raise ProbeError(f"{model.name} is no torch network; its weights cannot be seen.")
    tensors = [*model.module.state_dict().values()]
    if isinstance(model.module, torch.jit.ScriptModule) and not tensors:  # frozen
        tensors = [t for t in code_constants(model.module) if t.ndim]
    state = {t.data_ptr() or id(t): t for t in tensors}
    kinds = sorted({str(t.dtype).removeprefix("torch.") for t in state.values()})
    return ProbeResult(
        sum(t.numel() * t.element_size() for t in state.values()) / 2**20, {"dtypes": kinds}
    )
