"""The operations of QuantNAS's search space, in floats and in 8-bit integers."""

import re

from torch import Tensor, nn

from iqabench.errors import ModelError
from iqabench.models.layers.int8 import Int8Conv2d

STEP = 0.020300567823662602
"""The step between two of the 256 levels of an input: the best one for half of a normal distribution.

Source: Cai et al., "Deep Learning with Low Precision by Half-wave Gaussian Quantization", CVPR 2017,
arXiv:1702.00953.
"""
_OPERATION = re.compile(r"(simple|growth1)_([135])x\2(_grouped_2)?")


class QuantisedLayer(nn.Module):
    """A convolution without bias whose input is activated first.

    With 32 bits the activation is a leaky ReLU with a learned slope. With 8 bits the input is rounded to 256
    levels from 0, which cuts negative values off, and the kernel has 8-bit integers.

    Shapes: those of the convolution.
    """

    def __init__(self, convolution: nn.Conv2d, bits: int) -> None:
        super().__init__()
        if bits == 32:
            self.quan_a_fn: nn.Module = nn.ModuleDict({"prelu": nn.PReLU(init=0.1)})
            self.conv: nn.Module = convolution
            return
        layer = Int8Conv2d(convolution)
        layer.weight_int8.random_(-127, 128)
        layer.weight_scale.fill_(1 / (127 * convolution.weight[0].numel() ** 0.5))
        layer.input_scale.fill_(STEP)
        self.quan_a_fn = nn.Identity()
        self.conv = layer

    def forward(self, x: Tensor) -> Tensor:
        """Convolve the activated x."""
        if isinstance(self.quan_a_fn, nn.ModuleDict):
            x = self.quan_a_fn["prelu"](x)
        output: Tensor = self.conv(x)
        return output


class Operation(nn.Module):
    """One or two layers of the search space.

    Shapes: (N, inputs, H, W) to (N, outputs, H, W), or smaller with a stride.
    """

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.net = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        output: Tensor = self.net(x)
        return output


def layer(
    inputs: int,
    outputs: int,
    kernel: int,
    bits: int,
    *,
    stride: int = 1,
    padding: int | None = None,
    groups: int = 1,
) -> QuantisedLayer:
    """Return a quantised layer, which keeps height and width by default."""
    around = kernel // 2 if padding is None else padding
    convolution = nn.Conv2d(
        inputs, outputs, kernel, stride=stride, padding=around, groups=groups, bias=False
    )
    return QuantisedLayer(convolution, bits)


def operation(name: str, inputs: int, outputs: int, between: int, bits: int) -> Operation:
    """Return the operation of a name such as simple_3x3, simple_5x5_grouped_2 or growth1_1x1.

    `simple` is one layer; `growth1` is two, with `between` channels between them.

    Raises: ModelError for a name or a number of bits that is not in the search space.
    """
    match = _OPERATION.fullmatch(name)
    if match is None or (match[1] == "growth1" and match[3]):
        raise ModelError(
            f"the operation '{name}' is not in the search space of QuantNAS; expected simple_KxK, "
            "simple_KxK_grouped_2 or growth1_KxK, where K is 1, 3 or 5."
        )
    if bits not in (8, 32):
        raise ModelError(f"QuantNAS has layers of 8 and of 32 bits here; got {bits} for '{name}'.")
    kernel = int(match[2])
    if match[1] == "growth1":
        return Operation(
            layer(inputs, between, kernel, bits), layer(between, outputs, kernel, bits)
        )
    return Operation(layer(inputs, outputs, kernel, bits, groups=2 if match[3] else 1))
