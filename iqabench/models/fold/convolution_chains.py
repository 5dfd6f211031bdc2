"""The fold of a convolution and the convolution after it, with nothing between."""

from torch import fx, nn

from iqabench.models.fold.kernels import composed_kernel, convolution, padding_of
from iqabench.models.fold.layer_graph import Fold, LayerGraph


def fold_convolution_chain(layer_graph: LayerGraph, node: fx.Node) -> bool:
    """Fold the convolution that `node` calls into the convolution before it; return whether it was folded."""
    second = layer_graph.convolution(node)
    before = node.args[0] if node.args else None
    first = layer_graph.convolution(before)
    if first is None or second is None or not isinstance(before, fx.Node):
        return False
    names = (str(before.target), str(node.target))
    reason = _obstacle(first, second)
    if len(before.users) > 1:
        reason = f"other layers use the output of {names[0]} as well"
    if reason:
        layer_graph.note_obstacle(names, reason)
        return False
    kernel, bias = composed_kernel(first, second)
    padding, more = padding_of(first), padding_of(second)
    assert padding is not None
    assert more is not None
    pointwise = max(first.kernel_size) == 1
    folded = convolution(
        second if pointwise else first,
        kernel,
        bias,
        stride=second.stride if pointwise else first.stride,
        padding=(padding[0] + more[0], padding[1] + more[1]),
        dilation=second.dilation if pointwise else first.dilation,
    )
    layer_graph.replace(node, before, folded, Fold(names, names[0], "chain"))
    return True


def _obstacle(first: nn.Conv2d, second: nn.Conv2d) -> str:
    """Return the reason why the two cannot be folded, or an empty text when they can."""
    if first.groups > 1 or second.groups > 1:
        return "grouped convolutions would become dense"
    padding, more = padding_of(first), padding_of(second)
    if padding is None or more is None:
        return "the padding is not the same on opposite sides"
    if max(first.kernel_size) == 1:
        reason = _after_pointwise(first, second, padding, more)
    elif max(second.kernel_size) == 1:
        reason = "" if _is_dense(second) and more == (0, 0) else "the second skips or adds pixels"
    elif more != (0, 0):
        reason = (
            "the second pads the output of the first: at the border one convolution cannot do both"
        )
    elif not (_is_dense(first) and _is_dense(second)):
        reason = "kernels with strides or gaps do not add up to one kernel"
    else:
        reason = ""
    return reason or _growth(first, second)


def _after_pointwise(
    first: nn.Conv2d, second: nn.Conv2d, padding: tuple[int, int], more: tuple[int, int]
) -> str:
    """Return the obstacle after a 1x1 kernel, which commutes with padding except for zeros and its bias."""
    if not _is_dense(first) or padding != (0, 0):
        return "the first skips or adds pixels"
    if more != (0, 0) and second.padding_mode == "zeros" and first.bias is not None:
        return "the second pads with zeros, where the first would give its bias: not exact at the border"
    return ""


def _is_dense(layer: nn.Conv2d) -> bool:
    return set(layer.stride) == {1} and set(layer.dilation) == {1}


def _growth(first: nn.Conv2d, second: nn.Conv2d) -> str:
    """Return the obstacle that one convolution would be larger than both, as in a bottleneck."""
    size = [a + b - 1 for a, b in zip(first.kernel_size, second.kernel_size, strict=True)]
    folded = second.out_channels * first.in_channels * size[0] * size[1]
    both = first.weight.numel() + second.weight.numel()
    return f"one would be larger: {folded} weights instead of {both}" if folded > both else ""
