"""The cost of each operator: its multiply-accumulates and its other operations.

An operator is found by its name without namespace, overload and the underscore of its in-place form. What
has no rule has no cost here either: `cost` says None, and whoever asked must list it. The rules:

    convolution             weights that meet in one output element, times output elements; transposed:
                            weights that one input element meets, times input elements
    matrix product          rows x columns x inner length
    attention               Q K^T and A V as products; 6 more per score: scale and softmax
    interpolation           taps of the kernel per output element: 2 linear, 4 bilinear, 8 trilinear, 16
                            bicubic; antialiased: two passes with the taps of the stretched kernel; nearest: 0
    sampling on a grid      4 bilinear, 16 bicubic, 8 trilinear per output element; places are not counted
    batch norm              1 multiply-accumulate per element; layer, group, instance norm: 6 other, 8 with
                            weight and bias; norm of a weight: 3 other per element of it
    bias                    1 other per output element
    elementwise             1 other per output element, whatever the function; with two steps in one, 2
    mean, sum, extremes     1 other per input element; norms 2, variance 4, softmax 5, logsumexp 3
    pooling                 elements under the window per output element; adaptive: 1 other per input element
    Fourier transform       5 n log2 n other, half of it where one side is real
    sort                    n log2 n other
    movement                0: views, copies, padding, shuffling, gathering, filling
"""

from collections.abc import Mapping
from math import ceil, prod
from typing import TYPE_CHECKING, Any

import torch
from torch._ops import OpOverload

from iqabench.lazy_module import LazyModule
from iqabench.probes.counting.movement import MOVEMENT
from iqabench.probes.counting.operator_cost import (
    OperatorCost,
    OperatorUse,
    Rule,
    batch_normalised,
    fourier,
    normalised,
    ordered,
    per_input,
    per_output,
    per_source,
    pooled,
)

if TYPE_CHECKING:
    from torch.utils import flop_counter
else:  # it imports Triton: 70 MB and a third of a second that only counting needs
    flop_counter = LazyModule("torch.utils.flop_counter")

_MODES = {0: 4, 1: 0, 2: 16}
"""Taps of grid_sampler's modes: bilinear, nearest, bicubic."""
_OURS = ("aten", "torchvision", "quantized_decomposed")
"""Namespaces of the operators that the rules describe."""


def _convolution(use: OperatorUse) -> OperatorCost:
    weight = use.arguments["weight"]
    places = use.input.numel() if use.arguments.get("transposed") else use.size
    bias = use.size if use.arguments.get("bias") is not None else 0
    return OperatorCost("convolution", places * (weight.numel() // weight.shape[0]), bias)


def _deformable(use: OperatorUse) -> OperatorCost:
    """Count a bilinear sample for each tap of the window, and its weight."""
    weight = use.arguments["weight"]
    places = use.size // weight.shape[0]
    sampled = places * use.input.shape[1] * prod(weight.shape[2:])
    weighed = use.size * (weight.numel() // weight.shape[0])
    return OperatorCost("convolution", weighed + 4 * sampled, use.size)


def _product(first: str, *, added: bool = False) -> Rule:
    """Return the rule of a matrix product. `first` is the argument whose last dimension is summed over; with
    `added` something is added to the product.
    """

    def rule(use: OperatorUse) -> OperatorCost:
        inner = use.arguments[first].shape[-1]
        return OperatorCost("product", use.size * inner, use.size if added else 0)

    return rule


def _attention(use: OperatorUse) -> OperatorCost:
    query, key, value = (use.arguments[name] for name in ("query", "key", "value"))
    scores = prod(query.shape[:-1]) * key.shape[-2]
    return OperatorCost("attention", scores * (query.shape[-1] + value.shape[-1]), 6 * scores)


def _interpolated(taps: int) -> Rule:
    return lambda use: OperatorCost("interpolation", taps * use.size)


def _antialiased(radius: int) -> Rule:
    """Return the rule of two passes, across and then down, each with the taps of a kernel that is stretched
    when it shrinks.
    """

    def rule(use: OperatorUse) -> OperatorCost:
        many, channels, height, width = use.input.shape
        down, across = use.out.shape[-2:]
        taps = [
            2 * ceil(radius * max(1.0, a / b)) + 1 for a, b in ((height, down), (width, across))
        ]
        rows = many * channels * height * across * taps[1]
        return OperatorCost("interpolation", rows + use.size * taps[0])

    return rule


def _sampled(use: OperatorUse) -> OperatorCost:
    taps = _MODES[use.arguments["interpolation_mode"]] * (2 if use.input.ndim == 5 else 1)
    return OperatorCost("interpolation", taps * use.size)


_RULES: Mapping[str, Rule] = {
    **dict.fromkeys(
        ("convolution", "_convolution", "convolution_overrideable", "cudnn_convolution",
         "mkldnn_convolution", "_slow_conv2d_forward", "_conv_depthwise2d"), _convolution,
    ),
    "deform_conv2d": _deformable,
    **dict.fromkeys(("mm", "bmm", "mv", "_int_mm", "_scaled_mm"), _product("self")),
    "dot": _product("self"),
    **dict.fromkeys(("addmm", "_addmm_activation"), _product("mat1", added=True)),
    "addmv": _product("mat", added=True),
    "baddbmm": _product("batch1", added=True),
    **dict.fromkeys(
        ("_scaled_dot_product_flash_attention", "_scaled_dot_product_flash_attention_for_cpu",
         "_scaled_dot_product_efficient_attention", "_scaled_dot_product_cudnn_attention",
         "_scaled_dot_product_fused_attention_overrideable"), _attention,
    ),
    "upsample_linear1d": _interpolated(2),
    "upsample_bilinear2d": _interpolated(4),
    "upsample_trilinear3d": _interpolated(8),
    "upsample_bicubic2d": _interpolated(16),
    "_upsample_bilinear2d_aa": _antialiased(1),
    "_upsample_bicubic2d_aa": _antialiased(2),
    **dict.fromkeys(("grid_sampler_2d", "grid_sampler_3d", "cudnn_grid_sampler"), _sampled),
    **dict.fromkeys(("native_batch_norm", "cudnn_batch_norm", "miopen_batch_norm",
                     "_native_batch_norm_legit"), batch_normalised),
    "_native_batch_norm_legit_no_training": batch_normalised,
    **dict.fromkeys(("native_layer_norm", "native_group_norm", "_fused_rms_norm"), normalised),
    **dict.fromkeys(("_softmax", "_log_softmax", "_safe_softmax"), per_input(5)),
    **dict.fromkeys(
        ("mean", "sum", "nansum", "prod", "amax", "amin", "aminmax", "max", "min", "argmax", "argmin",
         "any", "all", "cumsum", "cumprod", "count_nonzero", "median", "_adaptive_avg_pool2d",
         "_adaptive_avg_pool3d", "adaptive_max_pool2d", "col2im", "trace", "diff"), per_input(1),
    ),
    **dict.fromkeys(("linalg_vector_norm", "norm"), per_input(2)),
    "logsumexp": per_input(3),
    **dict.fromkeys(("var", "std", "var_mean", "std_mean"), per_input(4)),
    **dict.fromkeys(("avg_pool1d", "avg_pool2d", "avg_pool3d", "max_pool2d_with_indices",
                     "max_pool3d_with_indices", "mkldnn_max_pool2d"), pooled),
    **dict.fromkeys(("index_add", "scatter_add", "scatter_reduce"), per_source),
    **dict.fromkeys(("sort", "argsort", "topk", "kthvalue"), ordered),
    **dict.fromkeys(("_fft_c2c", "_fft_r2c", "_fft_c2r"), fourier),
    **dict.fromkeys(("addcmul", "addcdiv", "lerp"), per_output(2)),
    "_weight_norm_interface": per_output(3),
    **dict.fromkeys(
        ("_prelu_kernel", "leaky_relu", "hardswish", "log_sigmoid_forward", "rrelu_with_noise", "glu",
         "floor_divide", "bucketize", "native_dropout", "_conj_physical", "complex", "uniform", "normal",
         "bernoulli", "exponential"), per_output(1),
    ),
    **dict.fromkeys(("quantize_per_tensor", "quantize_per_channel", "dequantize_per_tensor",
                     "dequantize_per_channel"), per_output(2)),
}  # fmt: skip


def name_of(func: OpOverload) -> str:
    """Return the name as it stands in details: convolution, relu, deform_conv2d; operators of other libraries
    with their namespace.
    """
    packet = func._schema.name
    space, _, name = packet.partition("::")
    name = name.rstrip("_") or name
    return name if space == "aten" else f"{space}::{name}"


def has_rule(func: OpOverload) -> bool:
    """Return whether `cost` knows the operator."""
    return (
        func.is_view or _rule(func) is not None or func.overloadpacket in flop_counter.flop_registry
    )


def _named(func: OpOverload, args: tuple[Any, ...], kwargs: Mapping[str, Any]) -> dict[str, Any]:
    """Return the arguments of one call by the names in the operator's schema."""
    names = (argument.name for argument in func._schema.arguments)
    return {**dict(zip(names, args, strict=False)), **kwargs}


def cost(
    func: OpOverload, args: tuple[Any, ...], kwargs: Mapping[str, Any], out: Any
) -> OperatorCost | None:
    """Return the cost of one call, or None for operators without a known rule.

    Operators of other people cost what they have registered with torch's counter, which counts both halves.
    """
    rule = _rule(func)
    if rule is not None:
        return rule(OperatorUse(_named(func, args, kwargs), out))
    if func.is_view:
        return OperatorCost("movement")
    if func.overloadpacket in flop_counter.flop_registry:
        operations = flop_counter.flop_registry[func.overloadpacket](*args, **kwargs, out_val=out)
        return OperatorCost("product", int(operations) // 2)
    return None


def _rule(func: OpOverload) -> Rule | None:
    name = name_of(func).rpartition("::")[2]
    if func.namespace in _OURS and name in _RULES:
        return _RULES[name]
    if func.namespace != "aten":
        return None
    if name in MOVEMENT:
        return lambda _: OperatorCost("movement")
    return per_output(1) if torch.Tag.pointwise in func.tags else None
