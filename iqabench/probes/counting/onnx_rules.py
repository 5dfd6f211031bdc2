"""The cost of each ONNX operator, by the rules of `rules.py`: a network and its export cost the same.

An operator without a rule has no cost, and the count fails and names it.
"""

from collections.abc import Callable, Mapping
from math import prod

from iqabench.probes.core.program_graph import GraphNode
from iqabench.probes.counting.operator_cost import OperatorCost

Rule = Callable[[GraphNode], OperatorCost]

_TAPS = {"nearest": 0, "linear": 4, "bilinear": 4, "cubic": 16, "bicubic": 16}
"""Multiply-accumulates for each element of an interpolation in two dimensions."""


def _size(node: GraphNode) -> int:
    return prod(node.outputs[0])


def _convolution(place: int, inputs_without_bias: int) -> Rule:
    """Return the rule of a convolution whose weights are the input at this place."""

    def rule(node: GraphNode) -> OperatorCost:
        bias = _size(node) if len(node.inputs) > inputs_without_bias else 0
        return OperatorCost("convolution", _size(node) * prod(node.inputs[place][1:]), bias)

    return rule


def _transposed(node: GraphNode) -> OperatorCost:
    bias = _size(node) if len(node.inputs) > 2 else 0
    return OperatorCost("convolution", prod(node.inputs[0]) * prod(node.inputs[1][1:]), bias)


def _product(node: GraphNode) -> OperatorCost:
    return OperatorCost("product", _size(node) * node.inputs[0][-1])


def _gemm(node: GraphNode) -> OperatorCost:
    inner = prod(node.inputs[0]) // node.outputs[0][0]
    return OperatorCost("product", _size(node) * inner, _size(node) if len(node.inputs) > 2 else 0)


def _einsum(node: GraphNode) -> OperatorCost:
    """Count every combination of indices once, as for a product of two tensors."""
    terms = str(node.attributes["equation"]).replace(" ", "").partition("->")[0].split(",")
    sides = {
        letter: side
        for term, shape in zip(terms, node.inputs, strict=True)
        for letter, side in zip(term, shape, strict=True)
    }
    return OperatorCost("product", prod(sides.values()))


def _interpolated(node: GraphNode) -> OperatorCost:
    taps = _TAPS[str(node.attributes.get("mode") or "nearest")]
    return OperatorCost("interpolation", taps * _size(node))


def _sampled(node: GraphNode) -> OperatorCost:
    taps = _TAPS[str(node.attributes.get("mode") or "linear")]
    return OperatorCost("interpolation", taps * _size(node))


def _normalised(node: GraphNode) -> OperatorCost:
    return OperatorCost("normalisation", other=8 * prod(node.inputs[0]))


def _pooled(node: GraphNode) -> OperatorCost:
    return OperatorCost("elementary", other=_size(node) * prod(node.attributes["kernel_shape"]))


def _per_output(times: int) -> Rule:
    return lambda node: OperatorCost("elementary", other=times * _size(node))


def _per_input(times: int) -> Rule:
    return lambda node: OperatorCost("elementary", other=times * prod(node.inputs[0]))


def _named(names: str, rule: Rule) -> dict[str, Rule]:
    return dict.fromkeys(names.split(), rule)


_RULES: Mapping[str, Rule] = {
    "Conv": _convolution(1, 2),
    "FusedConv": _convolution(1, 2),
    "ConvInteger": _convolution(1, 4),
    "QLinearConv": _convolution(3, 8),
    "ConvTranspose": _transposed,
    "Gemm": _gemm,
    "Einsum": _einsum,
    "GridSample": _sampled,
    **_named("MatMul MatMulInteger QLinearMatMul", _product),
    **_named("Resize Upsample", _interpolated),
    "BatchNormalization": lambda node: OperatorCost("normalisation", macs=prod(node.inputs[0])),
    **_named(
        "LayerNormalization InstanceNormalization GroupNormalization RMSNormalization "
        "SimplifiedLayerNormalization MeanVarianceNormalization",
        _normalised,
    ),
    **_named("Softmax LogSoftmax", _per_input(5)),
    **_named(
        "ReduceMean ReduceSum ReduceMax ReduceMin ReduceProd GlobalAveragePool GlobalMaxPool ArgMax "
        "ArgMin CumSum",
        _per_input(1),
    ),
    **_named("ReduceL1 ReduceL2 ReduceSumSquare LpNormalization", _per_input(2)),
    **_named("ReduceLogSumExp", _per_input(3)),
    **_named("MaxPool AveragePool", _pooled),
    **_named("QuantizeLinear DequantizeLinear DynamicQuantizeLinear", _per_output(2)),
    **_named(
        "Abs Acos Add And Asin Atan Ceil Celu Clip Cos Div Elu Equal Erf Exp Floor Gelu Greater "
        "GreaterOrEqual HardSigmoid HardSwish IsInf IsNaN LeakyRelu Less LessOrEqual Log Max Mean Min "
        "Mish Mod Mul Neg Not Or PRelu Pow Reciprocal Relu Round Selu Sigmoid Sign Sin Softplus "
        "Softsign Sqrt Sub Sum Swish Tan Tanh ThresholdedRelu Where Xor QuickGelu BiasGelu FastGelu",
        _per_output(1),
    ),
    **_named(
        "Cast CastLike Concat Constant ConstantOfShape DepthToSpace Dropout Expand EyeLike Flatten "
        "Gather GatherElements GatherND Identity If Loop MemcpyFromHost MemcpyToHost NonZero OneHot "
        "Pad Range Reshape ScatterElements ScatterND Shape Size Slice SpaceToDepth Split Squeeze Tile "
        "Transpose Trilu Unsqueeze",
        lambda _: OperatorCost("movement"),
    ),
}


def cost_of_node(node: GraphNode) -> OperatorCost | None:
    """Return the cost of one node, or None for an operator without a known rule."""
    if node.is_integer:  # it computes sizes
        return OperatorCost("movement")
    rule = _RULES.get(node.operator)
    return rule(node) if rule else None
