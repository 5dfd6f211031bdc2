"""The fold of a convolution and the batch norm after it."""

from torch import fx

from iqabench.models.fold.kernels import (
    bias_of,
    convolution,
    padding_of,
    scale_and_shift,
    weight_of,
)
from iqabench.models.fold.layer_graph import Fold, LayerGraph


def fold_batch_norm(layer_graph: LayerGraph, node: fx.Node) -> bool:
    """Fold the batch norm that `node` calls into the convolution before it; return whether it was folded.

    With fixed statistics it is a factor and an addend of every channel: exact for any convolution.
    """
    norm = layer_graph.norm(node)
    before = node.args[0] if node.args else None
    layer = layer_graph.convolution(before)
    if norm is None or layer is None or not isinstance(before, fx.Node):
        return False
    names = (str(before.target), str(node.target))
    if len(before.users) > 1:
        layer_graph.note_obstacle(names, f"other layers use the output of {names[0]} as well")
        return False
    padding = padding_of(layer)
    if padding is None:
        layer_graph.note_obstacle(names, "the padding is not the same on opposite sides")
        return False
    scale, shift = scale_and_shift(norm)
    kernel = weight_of(layer) * scale.view(-1, 1, 1, 1)
    folded = convolution(
        layer,
        kernel,
        bias_of(layer) * scale + shift,
        layer.stride,
        padding,
        layer.dilation,
        layer.groups,
    )
    layer_graph.replace(node, before, folded, Fold(names, names[0], "batch norm"))
    return True
