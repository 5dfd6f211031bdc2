"""Kernels and biases of combined linear layers, in double precision."""

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pad


def weight_of(layer: nn.Conv2d) -> Tensor:
    """Return the kernel of a convolution.

    Shapes: (outputs, inputs per group, kh, kw).
    """
    return layer.weight.detach().double()


def bias_of(layer: nn.Conv2d) -> Tensor:
    """Return the bias of a convolution, or zeros where it has none.

    Shapes: (outputs,).
    """
    if layer.bias is None:
        return torch.zeros(layer.out_channels, dtype=torch.float64, device=layer.weight.device)
    return layer.bias.detach().double()


def composed_kernel(first: nn.Conv2d, second: nn.Conv2d) -> tuple[Tensor, Tensor]:
    """Return kernel and bias of the convolution that equals `second` after `first`, both of one group.

    A kernel of k1 and one of k2 make one of k1 + k2 - 1: their full convolution.
    """
    one, two = weight_of(first), weight_of(second)
    high, wide = two.shape[2] - 1, two.shape[3] - 1
    kernel = conv2d(one.transpose(0, 1), two.flip(2, 3), padding=(high, wide)).transpose(0, 1)
    bias = bias_of(second) + (two.sum((2, 3)) @ bias_of(first))
    return kernel.contiguous(), bias


def scale_and_shift(norm: nn.BatchNorm2d) -> tuple[Tensor, Tensor]:
    """Return the factor and the addend of a batch norm with fixed statistics.

    Shapes: (channels,) each.
    """
    assert norm.running_var is not None
    assert norm.running_mean is not None
    scale = (norm.running_var.double() + norm.eps).rsqrt()
    shift = -norm.running_mean.double() * scale
    if norm.weight is not None:
        scale, shift = scale * norm.weight.detach().double(), shift * norm.weight.detach().double()
    if norm.bias is not None:
        shift = shift + norm.bias.detach().double()
    return scale, shift


def identity(channels: int, groups: int) -> Tensor:
    """Return the 1x1 kernel of the identity.

    Shapes: (channels, channels / groups, 1, 1).
    """
    kernel = torch.empty(channels, channels // groups, 1, 1, dtype=torch.float64)
    return nn.init.dirac_(kernel, groups)


def padded_kernel(kernel: Tensor, size: tuple[int, int]) -> Tensor:
    """Return the kernel in the middle of a larger one of zeros."""
    high, wide = (size[at] - kernel.shape[2 + at] for at in (0, 1))
    return pad(kernel, [wide // 2, wide // 2, high // 2, high // 2])


def convolution(
    like: nn.Conv2d,
    kernel: Tensor,
    bias: Tensor,
    stride: tuple[int, ...],
    padding: tuple[int, int],
    dilation: tuple[int, ...],
    groups: int = 1,
) -> nn.Conv2d:
    """Return a convolution with this kernel and bias, with the precision and padding mode of `like`."""
    layer = nn.Conv2d(
        kernel.shape[1] * groups,
        kernel.shape[0],
        (kernel.shape[2], kernel.shape[3]),
        stride=(stride[0], stride[1]),
        padding=padding,
        dilation=(dilation[0], dilation[1]),
        groups=groups,
        padding_mode=like.padding_mode,
        device=like.weight.device,
        dtype=like.weight.dtype,
    )
    assert layer.bias is not None
    with torch.no_grad():
        layer.weight.copy_(kernel)
        layer.bias.copy_(bias)
    return layer


def padding_of(layer: nn.Conv2d) -> tuple[int, int] | None:
    """Return the pixels of padding, or None where opposite sides have different ones."""
    if isinstance(layer.padding, tuple):
        return layer.padding[0], layer.padding[1]
    if layer.padding == "valid":
        return 0, 0
    spans = [d * (k - 1) for k, d in zip(layer.kernel_size, layer.dilation, strict=True)]
    return None if any(span % 2 for span in spans) else (spans[0] // 2, spans[1] // 2)
