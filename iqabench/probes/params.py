"""Number of parameters."""

from torch import Tensor, nn

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.counting.modules import is_binary

_CONVENTIONS = {
    "all": "every parameter, trained or not; buffers are none (the efficient super-resolution challenges)",
    "trainable": "those that the authors train: fixed colour shifts are left out",
    "conv_weights": "weights of convolutions alone, without biases, attention slopes or norms (LFFN)",
    "bbcu": "weights of convolutions, those of one bit divided by 32 (binarised networks)",
}
_KINDS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d)
_BITS = 32
"""Of a weight in full precision."""


@probe(
    title="Parameters",
    unit="1",
    better="lower",
    sized=False,
    conventions=_CONVENTIONS,
    source="NTIRE efficient super-resolution challenges",
)
def params(seen: ProbedModel, convention: str) -> ProbeResult:
    """Elements of the network's parameters; a tensor that is used twice counts once.

    Raises: ProbeError for models that are no torch network.
    """
    if seen.module is None:
        raise ProbeError(f"{seen.name} is no torch network; its parameters cannot be seen.")
    if convention == "trainable":
        if seen.trainable is None:
            raise ProbeError(f"which parameters of {seen.name} were trained is not known.")
        return ProbeResult(seen.trainable)
    if convention == "conv_weights":
        found = {id(m.weight): m.weight for m in seen.module.modules() if isinstance(m, _KINDS)}
        return ProbeResult(sum(w.numel() for w in found.values()))
    if convention == "bbcu":
        return _bbcu(seen.module)
    return ProbeResult(sum(p.numel() for p in seen.module.parameters()))


def _bbcu(module: nn.Module) -> ProbeResult:
    """A binary convolution need not be one of torch's: it is what says `binary = True` and has a weight."""
    kept: dict[int, tuple[int, bool]] = {}
    for part in module.modules():
        binary = is_binary(part)
        weight = getattr(part, "weight", None)
        if isinstance(weight, Tensor) and (binary or isinstance(part, _KINDS)):
            kept[id(weight)] = (weight.numel(), binary)
    full = sum(size for size, binary in kept.values() if not binary)
    one_bit = sum(size for size, binary in kept.values() if binary)
    notes = [] if one_bit else ["no module says that it is binary (binary = True)"]
    return ProbeResult(
        full + one_bit / _BITS, {"full precision": full, "binary": one_bit, "notes": notes}
    )
