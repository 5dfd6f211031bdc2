"""A convolution and the convolution after it, with nothing between."""

from torch import fx, nn

from iqabench.models.fold.kernels import composed, convolution, padding_of
from iqabench.models.fold.traced import Fold, Traced


def fold_chain(traced: Traced, node: fx.Node) -> bool:
    """Fold the convolution that `node` calls into the convolution before it; whether that was done."""
    second = traced.convolution(node)
    before = node.args[0] if node.args else None
    first = traced.convolution(before)
    if first is None or second is None or not isinstance(before, fx.Node):
        return False
    names = (str(before.target), str(node.target))
    why = _why_not(first, second)
    if len(before.users) > 1:
        why = f"others take the output of {names[0]} as well"
    if why:
        traced.leave(names, why)
        return False
    kernel, bias = composed(first, second)
    padding, more = padding_of(first), padding_of(second)
    assert padding is not None
    assert more is not None
    pointwise = max(first.kernel_size) == 1
    made = convolution(
        second if pointwise else first,
        kernel,
        bias,
        stride=second.stride if pointwise else first.stride,
        padding=(padding[0] + more[0], padding[1] + more[1]),
        dilation=second.dilation if pointwise else first.dilation,
    )
    traced.replace(node, before, made, Fold(names, names[0], "chain"))
    return True


def _why_not(first: nn.Conv2d, second: nn.Conv2d) -> str:
    """Why the two are not one convolution; nothing if they are."""
    if first.groups > 1 or second.groups > 1:
        return "grouped convolutions would become dense"
    padding, more = padding_of(first), padding_of(second)
    if padding is None or more is None:
        return "the padding is not the same on opposite sides"
    if max(first.kernel_size) == 1:
        why = _after_pointwise(first, second, padding, more)
    elif max(second.kernel_size) == 1:
        why = "" if _is_dense(second) and more == (0, 0) else "the second skips or adds pixels"
    elif more != (0, 0):
        why = (
            "the second pads what the first has made: at the border one convolution cannot do both"
        )
    elif not (_is_dense(first) and _is_dense(second)):
        why = "kernels with strides or gaps do not add up to one kernel"
    else:
        why = ""
    return why or _too_large(first, second)


def _after_pointwise(
    first: nn.Conv2d, second: nn.Conv2d, padding: tuple[int, int], more: tuple[int, int]
) -> str:
    """A 1x1 kernel commutes with padding, except that zeros do not become its bias."""
    if not _is_dense(first) or padding != (0, 0):
        return "the first skips or adds pixels"
    if more != (0, 0) and second.padding_mode == "zeros" and first.bias is not None:
        return "the second pads with zeros, where the first would give its bias: not exact at the border"
    return ""


def _is_dense(layer: nn.Conv2d) -> bool:
    return set(layer.stride) == {1} and set(layer.dilation) == {1}


def _too_large(first: nn.Conv2d, second: nn.Conv2d) -> str:
    """A bottleneck unfolded costs more than its two halves."""
    size = [a + b - 1 for a, b in zip(first.kernel_size, second.kernel_size, strict=True)]
    folded = second.out_channels * first.in_channels * size[0] * size[1]
    apart = first.weight.numel() + second.weight.numel()
    return f"one would be larger: {folded} weights instead of {apart}" if folded > apart else ""
