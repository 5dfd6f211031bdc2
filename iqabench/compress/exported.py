"""A network as torch.export sees it, and which of its convolutions can be 8-bit ones."""

from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn
from torch.nn.modules.conv import _ConvNd

from iqabench.errors import CompressError

_CONV = torch.ops.aten.conv2d
_NORMS = ("batch_norm", "_native_batch_norm_legit_no_training", "native_batch_norm")


@dataclass(frozen=True)
class Exported:
    """The graph, and what is in it."""

    graph: fx.GraphModule
    calls: Mapping[str, str]
    """Layers of the network, by the graph's name for the call of a convolution of their weights."""
    unfit: Mapping[str, str]
    """Why other layers with weights cannot be converted."""


def exported(network: nn.Module, image: Tensor) -> Exported:
    """Export a network at the size of an image.

    Raises: CompressError with torch's reason when it cannot be.
    """
    try:
        with torch.no_grad():
            graph = torch.export.export(network, (image,)).module()
    except Exception as error:  # anything may happen in a network of anybody's: the reason is told
        said = (str(error).splitlines() or [""])[0]
        raise CompressError(
            f"the network cannot be exported, which torchao's quantisation starts from: "
            f"{type(error).__name__}: {said}"
        ) from error
    assert isinstance(graph, fx.GraphModule)
    calls = {node: name for node, name in _calls(graph) if _is_layer(network, name)}
    return Exported(
        graph, {node.name: name for node, name in calls.items()}, _unfit(network, calls)
    )


def _calls(graph: fx.GraphModule) -> list[tuple[fx.Node, str]]:
    """Convolutions in two dimensions whose weights are a layer's own, as they are."""
    found = []
    for node in graph.graph.nodes:
        packet = getattr(node.target, "overloadpacket", None)
        weight = node.args[1] if packet is _CONV else None
        if isinstance(weight, fx.Node) and weight.op == "get_attr":
            found.append((node, str(weight.target).removesuffix(".weight")))
    return found


def _is_layer(network: nn.Module, name: str) -> bool:
    return name in dict(network.named_modules())


def _unfit(network: nn.Module, calls: Mapping[fx.Node, str]) -> dict[str, str]:
    found = {}
    for name, layer in network.named_modules():
        if isinstance(layer, (_ConvNd, nn.Linear)):
            reason = _reason(layer, [node for node, its in calls.items() if its == name])
            if reason:
                found[name] = reason
    return found


def _reason(layer: nn.Module, calls: list[fx.Node]) -> str:
    """Why a layer stays as it is; empty when it need not."""
    if not isinstance(layer, nn.Conv2d):
        return f"only two-dimensional convolutions are converted, not {type(layer).__name__}"
    if len(calls) != 1:
        often = f"it runs {len(calls)} times, on values of several ranges"
        return often if calls else "its weights are changed before they are used, or not used"
    if layer.padding_mode != "zeros" or calls[0].target is not _CONV.default:
        return f"it pads by {layer.padding_mode}, {layer.padding}"
    followed = any(getattr(user.target, "_opname", "") in _NORMS for user in calls[0].users)
    return "a batch norm follows it" if followed else ""
