"""Binary convolutions: signs of weights on signs of inputs, with the input added to the result."""

from collections.abc import Mapping

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d

from iqabench.errors import WeightsError
from iqabench.models.layers.placing import layer_at, replace_layer

_WEIGHT = ".binary_conv.weight"


class LearnedBias(nn.Module):
    """A number that is added to each channel.

    Shapes: (N, channels, H, W), kept.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.bias = nn.Parameter(torch.zeros(1, channels, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return x plus the bias."""
        return x + self.bias


class ShiftedPReLU(nn.Module):
    """A PReLU with a learned bias before and behind it (RPReLU).

    Shapes: (N, channels, H, W), kept.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pr_bias0 = LearnedBias(channels)
        self.pr_prelu = nn.PReLU(channels)
        self.pr_bias1 = LearnedBias(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the activation of x."""
        y: Tensor = self.pr_bias1(self.pr_prelu(self.pr_bias0(x)))
        return y


class SignConv2d(nn.Conv2d):
    """A convolution with the signs of its weights, times the mean absolute weight of each filter.

    The gradient passes the sign of a weight as if it were the weight, within -1 to 1.

    Source: Xia et al., "Basic Binary Convolution Unit for Binarized Image Restoration Network", ICLR 2023,
    arXiv:2210.00405.
    """

    binary = True

    def forward(self, x: Tensor) -> Tensor:
        """Convolve x, whose values are signs."""
        size = self.weight.abs().mean((1, 2, 3), keepdim=True)
        signs = (size * self.weight.sign()).detach()
        if self.weight.requires_grad:
            clamped = self.weight.clamp(-1, 1)
            signs = signs - clamped.detach() + clamped
        return conv2d(x, signs, self.bias, self.stride, self.padding, self.dilation, self.groups)


class BinaryConv2d(nn.Module):
    """The basic binary convolution unit: input plus the activation of a binary convolution of its signs.

    Where there are more outputs than inputs, each channel is added to as many outputs in a row: before a
    pixel shuffle that is the nearest enlargement. Where there are fewer, means of inputs in a row are added.

    Shapes: (N, inputs, H, W) to (N, outputs, H, W); one of the numbers divides the other.
    Source: Xia et al., arXiv:2210.00405, section 3.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, *, bias: bool = False) -> None:
        super().__init__()
        self.move0 = LearnedBias(inputs)
        self.binary_conv = SignConv2d(inputs, outputs, kernel, padding=kernel // 2, bias=bias)
        self.relu = ShiftedPReLU(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return the features of x."""
        y: Tensor = self.relu(self.binary_conv(_sign(self.move0(x))))
        return y + resized_channels(x, y.shape[1])


def resized_channels(x: Tensor, outputs: int) -> Tensor:
    """Return x with another number of channels: each repeated, or means of channels in a row."""
    inputs = x.shape[1]
    if outputs > inputs:
        return x.repeat_interleave(outputs // inputs, 1)
    return x if outputs == inputs else x.view(len(x), outputs, -1, *x.shape[2:]).mean(2)


def _sign(x: Tensor) -> Tensor:
    """Return the sign; its gradient is that of a parabola from -1 to 0 and another from 0 to 1."""
    sign = x.sign()
    if not x.requires_grad:
        return sign
    inside = x.clamp(-1, 1)
    smooth = inside * (2 - inside.abs())
    return sign.detach() - smooth.detach() + smooth


def obstacle_to_binary(layer: nn.Module) -> str:
    """Return the reason why a layer cannot become a `BinaryConv2d`, or an empty text."""
    if not isinstance(layer, nn.Conv2d):
        return f"only two-dimensional convolutions are replaced, not {type(layer).__name__}"
    side = layer.kernel_size[0]
    shape = (layer.kernel_size, layer.stride, layer.padding)
    same = shape == ((side, side), (1, 1), (side // 2, side // 2))
    if not same or side % 2 == 0 or layer.padding_mode != "zeros":
        return "it changes the size of the image, or pads in another way than by zeros"
    if layer.groups > 1 or layer.dilation != (1, 1):
        return "it is grouped or dilated"
    more, fewer = max(layer.weight.shape[:2]), min(layer.weight.shape[:2])
    return f"{more} channels are no multiple of {fewer}" if more % fewer else ""


def binary_like(layer: nn.Conv2d) -> BinaryConv2d:
    """Return a binary unit with new weights, of the channels and kernel of a convolution."""
    return BinaryConv2d(
        layer.in_channels, layer.out_channels, layer.kernel_size[0], bias=layer.bias is not None
    )


def place_binary(network: nn.Module, state: Mapping[str, Tensor], name: str) -> None:
    """Replace every convolution that is binary in `state` by a unit; the weights are not loaded.

    Raises: WeightsError where the network has no such convolution.
    """
    for path in [key.removesuffix(_WEIGHT) for key in state if key.endswith(_WEIGHT)]:
        layer = layer_at(network, path)
        if isinstance(layer, BinaryConv2d):
            continue  # of a family that has such units itself, or of a layer with two names
        if not isinstance(layer, nn.Conv2d) or obstacle_to_binary(layer):
            raise WeightsError(
                f"{name} has binary weights for {path}, which is "
                f"{'not there' if layer is None else 'a ' + type(layer).__name__}; expected a convolution "
                "that can be replaced."
            )
        replace_layer(network, layer, binary_like(layer))
