"""A convolution and the batch norm after it."""

from torch import fx

from iqabench.models.fold.kernels import (
    bias_of,
    convolution,
    padding_of,
    scale_and_shift,
    weight_of,
)
from iqabench.models.fold.traced import Fold, Traced


def fold_norm(traced: Traced, node: fx.Node) -> bool:
    """Fold the batch norm that `node` calls into the convolution before it; whether that was done.

    With fixed statistics it is a factor and an addend of every channel: exact for any convolution.
    """
    norm = traced.norm(node)
    before = node.args[0] if node.args else None
    layer = traced.convolution(before)
    if norm is None or layer is None or not isinstance(before, fx.Node):
        return False
    names = (str(before.target), str(node.target))
    if len(before.users) > 1:
        traced.leave(names, f"others take the output of {names[0]} as well")
        return False
    padding = padding_of(layer)
    if padding is None:
        traced.leave(names, "the padding is not the same on opposite sides")
        return False
    scale, shift = scale_and_shift(norm)
    kernel = weight_of(layer) * scale.view(-1, 1, 1, 1)
    made = convolution(
        layer,
        kernel,
        bias_of(layer) * scale + shift,
        layer.stride,
        padding,
        layer.dilation,
        layer.groups,
    )
    traced.replace(node, before, made, Fold(names, names[0], "batch norm"))
    return True
