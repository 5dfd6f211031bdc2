"""Number of parameters."""

import torch
from torch import nn

from iqabench.errors import ProbeError
from iqabench.probes.core.probe import probe
from iqabench.probes.core.probed_model import ProbedModel, ProbeResult
from iqabench.probes.core.program_graph import ProgramGraph
from iqabench.probes.counting.modules import is_binary
from iqabench.probes.counting.script_constants import code_constants

_CONVENTIONS = {
    "all": "every parameter, trained or not; buffers are none (the efficient super-resolution challenges)",
    "trainable": "those that the authors train: fixed colour shifts are left out",
    "conv_weights": "weights of convolutions alone, without biases, attention slopes or norms (LFFN)",
    "bbcu": "weights and biases of convolutions, weights of one bit divided by 32 (binarised networks)",
    "nonzero": "parameters that are not 0 (pruned networks, whose tensors keep their size)",
}
_KINDS = (nn.Conv1d, nn.Conv2d, nn.Conv3d, nn.ConvTranspose2d)
_BITS = 32
"""Bits of a weight in full precision."""


@probe(
    title="Parameters",
    unit="1",
    better="lower",
    sized=False,
    conventions=_CONVENTIONS,
    source="NTIRE efficient super-resolution challenges",
)
def params(model: ProbedModel, convention: str) -> ProbeResult:
    """Count the elements of the network's parameters; a tensor that is used twice counts once.

    Raises: ProbeError for models that are no torch network.
    """
    model.require_open("the parameters")
    if model.graph is not None:
        return _of_graph(model, model.graph, convention)
    if model.module is None:
        raise ProbeError(f"{model.name} is no torch network; its parameters cannot be seen.")
    if isinstance(model.module, torch.jit.ScriptModule):
        return _of_script(model, model.module, convention)
    if convention == "trainable":
        if model.trainable is None:
            raise ProbeError(f"which parameters of {model.name} were trained is not known.")
        return ProbeResult(model.trainable)
    return _of_module(model.module, convention)


def _of_module(module: nn.Module, convention: str) -> ProbeResult:
    """Count the parameters of a torch network."""
    if convention == "conv_weights":
        weights = {id(m.weight): m.weight for m in module.modules() if isinstance(m, _KINDS)}
        return ProbeResult(sum(w.numel() for w in weights.values()))
    if convention == "bbcu":
        return _bbcu(module)
    every = sum(p.numel() for p in module.parameters())
    if convention == "nonzero":
        return ProbeResult(sum(int(p.count_nonzero()) for p in module.parameters()), {"all": every})
    return ProbeResult(every)


def _of_graph(model: ProbedModel, graph: ProgramGraph, convention: str) -> ProbeResult:
    """Count the weights of a graph: all that are read, or those of convolutions."""
    if convention not in ("all", "conv_weights"):
        raise ProbeError(
            f"{convention} parameters cannot be told apart in the graph of {model.name}."
        )
    weights = graph.weights()
    if convention == "conv_weights":
        weights = [w for w in weights if "Conv" in w.operator and w.dimensions > 1]
    return ProbeResult(sum(w.elements for w in weights), {"tensors": len(weights)})


def _of_script(model: ProbedModel, module: torch.jit.ScriptModule, convention: str) -> ProbeResult:
    """Count the parameters of a TorchScript program; a frozen one has them in its code."""
    parameters = [*module.parameters()]
    if convention == "trainable" and model.trainable and parameters:
        return ProbeResult(model.trainable)
    if convention != "all":
        raise ProbeError(
            f"{convention} parameters cannot be told apart in the program {model.name}."
        )
    if parameters:
        return ProbeResult(sum(p.numel() for p in parameters))
    kept = {t.data_ptr(): t for t in code_constants(module) if t.is_floating_point() and t.ndim}
    notes = ["a frozen program: the constants of its code are counted"] if kept else []
    return ProbeResult(sum(t.numel() for t in kept.values()), {"notes": notes})


def _bbcu(module: nn.Module) -> ProbeResult:
    """Count a binary weight as a part of a full one: a binary convolution is a module that says `binary =
    True` and has a weight.
    """
    sizes: dict[int, tuple[int, bool]] = {}
    for part in module.modules():
        binary = is_binary(part)
        if binary or isinstance(part, _KINDS):
            for name, values in part.named_parameters(recurse=False):
                sizes[id(values)] = (values.numel(), binary and name == "weight")
    full = sum(size for size, binary in sizes.values() if not binary)
    one_bit = sum(size for size, binary in sizes.values() if binary)
    notes = [] if one_bit else ["no module says that it is binary (binary = True)"]
    return ProbeResult(
        full + one_bit / _BITS, {"full precision": full, "binary": one_bit, "notes": notes}
    )
