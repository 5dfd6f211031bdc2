"""Multi-scale convolutional dictionaries, and their adjoints with the same weights."""

from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

Codes = list[Tensor]
"""Codes from the coarsest, widest scale to the finest."""


class UpBlock(nn.Module):
    """Twice the size, joined with finer codes, and convolved.

    Shapes: (N, C, H, W) and (N, C', 2 H, 2 W) to (N, outputs, 2 H, 2 W), C' the next width.
    """

    def __init__(self, width: int, narrower: int) -> None:
        super().__init__()
        self.up = nn.ConvTranspose2d(width, narrower, 2, stride=2, bias=False)
        self.conv = nn.Conv2d(2 * narrower, narrower, 3, padding=1, bias=False)

    def forward(self, coarse: Tensor, fine: Tensor) -> Tensor:
        """Return the joined codes."""
        joined: Tensor = self.conv(torch.cat([fine, self.up(coarse)], dim=1))
        return joined


class _OutConvolution(nn.Module):
    """A 1x1 convolution under the name of the published code."""

    def __init__(self, width: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(width, outputs, 1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the convolved codes."""
        convolved: Tensor = self.conv(x)
        return convolved


class Dictionary(nn.Module):
    """The synthesis of an image, or of features, from codes of several scales."""

    def __init__(self, widths: tuple[int, ...], outputs: int) -> None:
        super().__init__()
        self.bottleneck_conv = nn.Conv2d(widths[0], widths[0], 3, padding=1, bias=False)
        self.syn_up_list = nn.Sequential(
            *(UpBlock(wide, narrow) for wide, narrow in pairwise(widths))
        )
        self.syn_outc = _OutConvolution(widths[-1], outputs)

    def forward(self, codes: Codes) -> Tensor:
        """Return the image of the codes, at the size of the finest."""
        x: Tensor = self.bottleneck_conv(codes[0])
        for block, fine in zip(self.syn_up_list, codes[1:], strict=True):
            x = block(x, fine)
        image: Tensor = self.syn_outc(x)
        return image


class _Tied(nn.Module):
    """A transposed convolution with the weight of a convolution, under a name of the published code."""

    def __init__(self, name: str, layer: nn.Conv2d) -> None:
        super().__init__()
        side = layer.kernel_size[0]
        adjoint = nn.ConvTranspose2d(
            layer.out_channels, layer.in_channels, side, padding=side // 2, bias=False
        )
        adjoint.weight = layer.weight
        self.add_module(name, adjoint)


class AdjointDictionary(nn.Module):
    """The codes of an image by the adjoint of a dictionary, whose weights it shares."""

    def __init__(self, dictionary: Dictionary) -> None:
        super().__init__()
        self.adjoint_syn_outc = _Tied("adjoint_conv", dictionary.syn_outc.conv)
        self.adjoint_syn_bottleneck_conv = _Tied("transpose_conv", dictionary.bottleneck_conv)
        self._dictionary = [dictionary]  # a list, so that its weights are not stored a third time

    def forward(self, image: Tensor) -> Codes:
        """Return the codes, the coarsest first."""
        dictionary = self._dictionary[0]
        x = functional.conv_transpose2d(image, dictionary.syn_outc.conv.weight)
        codes = []
        for block in reversed(list(dictionary.syn_up_list)):
            assert isinstance(block, UpBlock)
            fine, coarse = functional.conv_transpose2d(x, block.conv.weight, padding=1).chunk(2, 1)
            codes.append(fine)
            x = functional.conv2d(coarse, block.up.weight, stride=2)
        codes.append(functional.conv_transpose2d(x, dictionary.bottleneck_conv.weight, padding=1))
        return codes[::-1]


def largest_eigenvalue(dictionary: Dictionary, widths: tuple[int, ...], steps: int = 20) -> float:
    """Return the largest eigenvalue of adjoint and dictionary by power iteration on codes of 32x32."""
    weight = dictionary.bottleneck_conv.weight
    adjoint = AdjointDictionary(dictionary)
    sides = [32 // 2**level for level in reversed(range(len(widths)))]
    codes = [weight.new_ones(1, w, side, side) for w, side in zip(widths, sides, strict=True)]
    value = 1.0
    with torch.no_grad():
        for _ in range(steps):
            size = torch.sqrt(sum((code**2).sum() for code in codes))  # type: ignore[arg-type]
            codes = [code / size for code in codes]
            image = dictionary(codes)
            value = float((image**2).sum())
            codes = adjoint(image)
    return value
