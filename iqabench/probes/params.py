"""Number of parameters."""

from torch import nn

from iqabench.errors import ProbeError
from iqabench.probes._probe import probe
from iqabench.probes._probed import Found, Probed

_CONVENTIONS = {
    "all": "every parameter, trained or not; buffers are none (the efficient super-resolution challenges)",
    "trainable": "those that the authors train: fixed colour shifts are left out",
    "conv_weights": "weights of convolutions alone, without biases, attention slopes or norms (LFFN)",
}


@probe(
    title="Parameters", unit="1", better="lower", sized=False, conventions=_CONVENTIONS,
    source="NTIRE efficient super-resolution challenges",
)  # fmt: skip
def params(seen: Probed, convention: str) -> Found:
    """Elements of the network's parameters; a tensor that is used twice counts once.

    Raises: ProbeError for models that are no torch network.
    """
    if seen.module is None:
        raise ProbeError(f"{seen.name} is no torch network; its parameters cannot be seen.")
    if convention == "trainable":
        if seen.trainable is None:
            raise ProbeError(f"which parameters of {seen.name} were trained is not known.")
        return Found(seen.trainable)
    if convention == "conv_weights":
        kinds = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d)
        found = {id(m.weight): m.weight for m in seen.module.modules() if isinstance(m, kinds)}
        return Found(sum(w.numel() for w in found.values()))
    return Found(sum(p.numel() for p in seen.module.parameters()))
