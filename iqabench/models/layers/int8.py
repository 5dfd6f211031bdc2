"""Convolutions that compute with 8-bit integers."""

from importlib import import_module

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from iqabench.errors import WeightsError

WEIGHT = "weight_int8"
_SCALE = "weight_scale"


class Int8Conv2d(nn.Module):
    """A convolution of 8-bit weights with an input rounded to 8 bits; its bias and its output are fp32.

        q = clamp(round(x / input_scale) + input_zero_point, 0, 255)
        output = input_scale (q - input_zero_point) * weight_scale weight_int8 + bias

    `weight_scale` is one number per output channel. Without compilation the products are taken in fp32,
    where all are exact. The layer is written in operators of which torch.compile makes integer kernels on
    CPUs (see `iqabench.models.core.mode`).

    Shapes: those of the convolution that it replaces.
    Source: Jacob et al., CVPR 2018, arXiv:1712.05877.
    """

    weight_scale: Tensor
    input_scale: Tensor
    input_zero_point: Tensor
    _no_shift: Tensor

    def __init__(self, like: nn.Conv2d) -> None:
        super().__init__()
        import_module(
            "torch.ao.quantization.fx._decomposed"
        )  # slow; registers the operators of `forward`
        outputs = like.out_channels
        self.weight_int8 = nn.Parameter(
            torch.zeros_like(like.weight, dtype=torch.int8), requires_grad=False
        )
        self.bias = None if like.bias is None else nn.Parameter(torch.zeros(outputs))
        self.register_buffer("weight_scale", torch.ones(outputs))
        self.register_buffer("input_scale", torch.tensor(1.0))
        self.register_buffer("input_zero_point", torch.tensor(0, dtype=torch.int32))
        self.register_buffer("_no_shift", torch.zeros(outputs, dtype=torch.int64), persistent=False)
        self.stride, self.padding = like.stride, like.padding
        self.dilation, self.groups = like.dilation, like.groups
        self._scale, self._zero = 1.0, 0
        self.register_load_state_dict_post_hook(_read_input)  # type: ignore[no-untyped-call]

    def forward(self, x: Tensor) -> Tensor:
        """Convolve x."""
        ops = torch.ops.quantized_decomposed
        rounding = (self._scale, self._zero, 0, 255, torch.uint8)
        q = ops.quantize_per_tensor(x, *rounding)
        weight = ops.dequantize_per_channel(
            self.weight_int8, self.weight_scale, self._no_shift, 0, -128, 127, torch.int8
        )
        x = ops.dequantize_per_tensor(q, *rounding)
        return conv2d(x, weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


def _read_input(layer: Int8Conv2d, _: object) -> None:
    """Read scale and zero point as Python numbers, which the operators need."""
    layer._scale = float(layer.input_scale)
    layer._zero = int(layer.input_zero_point)


def place_int8(network: nn.Module, state: dict[str, Tensor], name: str) -> None:
    """Replace every convolution whose weights in `state` are 8-bit by an `Int8Conv2d`.

    The weights are not loaded.

    Raises: WeightsError where the network has no such convolution.
    """
    ending = f".{_SCALE}"
    for path in [key.removesuffix(ending) for key in state if key.endswith(ending)]:
        try:
            layer = network.get_submodule(path)
        except AttributeError:
            layer = None
        if not isinstance(layer, nn.Conv2d):
            raise WeightsError(
                f"{name} has 8-bit weights for {path}, which is "
                f"{'not there' if layer is None else 'a ' + type(layer).__name__}; expected a Conv2d."
            )
        _check(path, state, name)
        network.set_submodule(path, Int8Conv2d(layer))


def _check(path: str, state: dict[str, Tensor], name: str) -> None:
    weight, scale, zero = (
        state.get(f"{path}.{part}") for part in ("weight_int8", "input_scale", "input_zero_point")
    )
    if weight is None or scale is None or zero is None:
        return  # an error by name when the weights are loaded
    if weight.dtype != torch.int8:
        raise WeightsError(f"{path}.weight_int8 of {name} is {weight.dtype}; expected torch.int8.")
    if scale.numel() != 1 or zero.numel() != 1:
        raise WeightsError(f"{path} of {name} has several scales for its input; expected one.")
    if not (scale.isfinite() and scale > 0 and 0 <= zero <= 255):
        raise WeightsError(
            f"{path} of {name} rounds its input with the scale {float(scale):g} and the zero point "
            f"{int(zero)}; expected a scale above 0 and a zero point of 0 to 255."
        )


def has_int8(network: nn.Module) -> bool:
    """Return whether a convolution of the network computes with 8-bit integers."""
    return any(isinstance(layer, Int8Conv2d) for layer in network.modules())
