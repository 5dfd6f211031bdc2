"""The graph of a network from torch.export, and the convolutions in it that can compute in 8 bits."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from iqabench.errors import CompressError

_CONVOLUTIONS = (
    nn.Conv1d,
    nn.Conv2d,
    nn.Conv3d,
    nn.ConvTranspose1d,
    nn.ConvTranspose2d,
    nn.ConvTranspose3d,
)
_CONV = torch.ops.aten.conv2d
_NORMS = ("batch_norm", "_native_batch_norm_legit_no_training", "native_batch_norm")


@dataclass(frozen=True)
class ExportedNetwork:
    """The exported graph, its convolutions, and the layers that cannot be converted."""

    graph: fx.GraphModule
    calls: Mapping[str, str]
    """Names of layers, by the graph's name for the call of their convolution."""
    unfit: Mapping[str, str]
    """The reason why a layer with weights cannot be converted, by the layer's name."""


def export_network(network: nn.Module, image: Tensor) -> ExportedNetwork:
    """Export a network at the size of an image.

    Raises: CompressError with torch's reason when the network cannot be exported.
    """
    try:
        with torch.no_grad():
            graph = torch.export.export(network, (image,)).module()
    except Exception as error:  # a user's network may raise anything: its message is passed on
        message = (str(error).splitlines() or [""])[0]
        raise CompressError(
            f"torch cannot export the network, and torchao's quantisation needs an exported network: "
            f"{type(error).__name__}: {message}"
        ) from error
    assert isinstance(graph, fx.GraphModule)
    calls = {node: name for node, name in _calls(graph) if _is_layer(network, name)}
    return ExportedNetwork(
        graph, {node.name: name for node, name in calls.items()}, _unfit(network, calls)
    )


def _calls(graph: fx.GraphModule) -> list[tuple[fx.Node, str]]:
    """Return the calls of 2-D convolutions whose weights are those of a layer, with the layer's name."""
    calls = []
    for node in graph.graph.nodes:
        packet = getattr(node.target, "overloadpacket", None)
        weight = node.args[1] if packet is _CONV else None
        if isinstance(weight, fx.Node) and weight.op == "get_attr":
            calls.append((node, str(weight.target).removesuffix(".weight")))
    return calls


def _is_layer(network: nn.Module, name: str) -> bool:
    return name in dict(network.named_modules())


def _unfit(network: nn.Module, calls: Mapping[fx.Node, str]) -> dict[str, str]:
    reasons = {}
    for name, layer in network.named_modules():
        if isinstance(layer, (*_CONVOLUTIONS, nn.Linear)):
            reason = _reason(layer, [node for node, its in calls.items() if its == name])
            if reason:
                reasons[name] = reason
    return reasons


def _reason(layer: nn.Module, calls: list[fx.Node]) -> str:
    """Return the reason why a layer cannot be converted, or an empty text when it can."""
    if not isinstance(layer, nn.Conv2d):
        return f"only two-dimensional convolutions are converted, not {type(layer).__name__}"
    if len(calls) > 1:
        return f"it runs {len(calls)} times, on values of several ranges"
    if not calls:
        return "its weights are changed before they are used, or not used"
    if layer.padding_mode != "zeros" or calls[0].target is not _CONV.default:
        return f"it pads by {layer.padding_mode}, {layer.padding}"
    followed = any(getattr(user.target, "_opname", "") in _NORMS for user in calls[0].users)
    return "a batch norm follows it" if followed else ""
