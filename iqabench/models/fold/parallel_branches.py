"""The fold of a sum of parallel convolutions, batch norms and the identity of one input."""

import operator
from dataclasses import dataclass

import torch
from torch import Tensor, fx, nn

from iqabench.models.fold.kernels import (
    bias_of,
    convolution,
    identity,
    padded_kernel,
    padding_of,
    scale_and_shift,
    weight_of,
)
from iqabench.models.fold.layer_graph import Fold, LayerGraph

_ADDS = (operator.add, operator.iadd, torch.add)
_METHODS = ("add", "add_")


@dataclass(frozen=True)
class _Branch:
    """An addend that is a linear function of the common input."""

    node: fx.Node
    source: fx.Node
    layer: nn.Module | None
    """The layer of the branch; None for the input itself."""

    @property
    def name(self) -> str:
        return str(self.node.target) if self.layer is not None else "identity"


def fold_parallel_branches(layer_graph: LayerGraph, node: fx.Node) -> bool:
    """Fold the two addends of `node` into one convolution; return whether they were folded.

    Sums of more addends are folded two by two.
    """
    branches = _branches(layer_graph, node)
    if branches is None:
        return False
    main, other = branches
    names = (main.name, other.name)
    layer = main.layer
    assert isinstance(layer, nn.Conv2d)
    reason = _obstacle(layer, other)
    if not reason and len(main.node.users) > 1:
        reason = f"other layers use the output of {main.name} as well"
    if reason:
        layer_graph.note_obstacle(names, reason)
        return False
    kernel, bias = _as_kernel(layer, other)
    padding = padding_of(layer)
    assert padding is not None
    folded = convolution(
        layer,
        weight_of(layer) + padded_kernel(kernel, (layer.kernel_size[0], layer.kernel_size[1])),
        bias_of(layer) + bias,
        layer.stride,
        padding,
        layer.dilation,
        layer.groups,
    )
    layer_graph.replace(node, main.node, folded, Fold(names, main.name, "sum"))
    if other.layer is not None:
        layer_graph.graph.erase_node(other.node)
    return True


def _branches(layer_graph: LayerGraph, node: fx.Node) -> tuple[_Branch, _Branch] | None:
    """Return two branches of one input, the larger kernel first, or None for any other node."""
    is_add = (node.op == "call_function" and node.target in _ADDS) or (
        node.op == "call_method" and node.target in _METHODS
    )
    if not is_add or len(node.args) != 2 or node.kwargs:
        return None
    pair = [_branch(layer_graph, argument) for argument in node.args]
    one, other = pair
    if one is None or other is None:
        return None
    for first, second in ((one, other), (other, one)):
        if not isinstance(first.layer, nn.Conv2d):
            continue
        if second.node is first.source:
            return first, _Branch(second.node, first.source, None)
        beside = second.layer is not None and second.source is first.source
        if beside and _area(first.layer) >= _area(second.layer):
            return first, second
    return None


def _branch(layer_graph: LayerGraph, node: object) -> _Branch | None:
    if not isinstance(node, fx.Node):
        return None
    layer = layer_graph.convolution(node) or layer_graph.norm(node)
    source = node.args[0] if layer is not None else node
    return _Branch(node, source, layer) if isinstance(source, fx.Node) else None


def _area(layer: nn.Module | None) -> int:
    return layer.kernel_size[0] * layer.kernel_size[1] if isinstance(layer, nn.Conv2d) else 0


def _obstacle(main: nn.Conv2d, other: _Branch) -> str:
    """Return the reason why the branches cannot be folded, or an empty text when they can."""
    padding = padding_of(main)
    if padding is None:
        return "the padding is not the same on opposite sides"
    if main.padding_mode != "zeros" and padding != (0, 0):
        return "one of them does not pad with zeros"
    if other.layer is not None and len(other.node.users) > 1:
        return f"other layers use the output of {other.name} as well"
    if isinstance(other.layer, nn.Conv2d):
        return _convolution_obstacle(main, other.layer, padding)
    if main.in_channels != main.out_channels:
        return "the identity has another number of channels"
    centred = all(k == 2 * p + 1 for k, p in zip(main.kernel_size, padding, strict=True))
    dense = set(main.stride) == {1} and set(main.dilation) == {1}
    return "" if centred and dense else "the identity does not lie at the centre of the kernel"


def _convolution_obstacle(main: nn.Conv2d, other: nn.Conv2d, padding: tuple[int, int]) -> str:
    its = padding_of(other)
    if main.groups != other.groups or main.stride != other.stride:
        return "they have different strides or groups"
    gaps = set(main.dilation) | (set(other.dilation) if max(other.kernel_size) > 1 else set())
    if its is None or gaps != {1}:
        return "kernels with gaps do not lie on each other"
    if other.padding_mode != "zeros" and its != (0, 0):
        return "one of them does not pad with zeros"
    for at in (0, 1):
        wider = main.kernel_size[at] - other.kernel_size[at]
        if wider < 0 or wider % 2 or padding[at] - its[at] != wider // 2:
            return "their kernels have no common centre"
    return ""


def _as_kernel(main: nn.Conv2d, branch: _Branch) -> tuple[Tensor, Tensor]:
    """Return a branch as kernel and bias of a convolution with the groups of `main`."""
    layer = branch.layer
    if isinstance(layer, nn.Conv2d):
        return weight_of(layer), bias_of(layer)
    kernel = identity(main.out_channels, main.groups).to(main.weight.device)
    if isinstance(layer, nn.BatchNorm2d):
        scale, shift = scale_and_shift(layer)
        return kernel * scale.view(-1, 1, 1, 1), shift
    return kernel, torch.zeros_like(kernel[:, 0, 0, 0])
