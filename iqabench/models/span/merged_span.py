"""SPAN with linear layers folded across convolutions, as submitted to NTIRE 2026."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv1x1, pixel_shuffle
from iqabench.models.layers.residual import DIV2K_MEAN
from iqabench.models.layers.shapes import Shapes, shuffled
from iqabench.models.span.blocks import BLOCKS, AttentionBlock, MergedConvolution, attend


class OpenedBlock(nn.Module):
    """An attention block whose first convolution was folded into the layer before the block."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.c2_r = MergedConvolution(features, features)
        self.c3_r = MergedConvolution(features, features)

    def forward(self, x: Tensor, first: Tensor) -> Tensor:
        """Return the attended features; `first` is the activated output of the first convolution.

        Shapes: (N, features, H, W), all of them.
        """
        return attend(self.c3_r(functional.silu(self.c2_r(first))), x)


class MergedSPAN(nn.Module):
    """SPAN without any linear layer directly after another.

    The opening convolution and the first of the first block are one convolution of 5x5; the last
    convolution is folded into the map that joins the stages. At the image's border it differs from
    the network it was folded from, which pads with zeros between the two.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    """

    mean: Tensor

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["upsampler.0.bias"][0]),
            "features": shapes["conv_fused.bias"][0],
        }

    def __init__(self, scale: int = 4, features: int = 26) -> None:
        super().__init__()
        mean = torch.tensor(DIV2K_MEAN).view(1, 3, 1, 1)
        self.register_buffer("mean", mean, persistent=False)  # not in the published file
        self.conv_1 = MergedConvolution(3, features)
        self.conv_fused = nn.Conv2d(3, features, 5, padding=2)
        self.block_1 = OpenedBlock(features)
        for name in BLOCKS[1:]:
            self.add_module(name, AttentionBlock(features))
        self.conv_cat_other = conv1x1(3 * features, features)
        self.conv2_fused = nn.Conv2d(features, features, 3, padding=1, bias=False)
        self.upsampler = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        centred = (x - self.mean) * 255
        shallow = self.conv_1(centred)
        attended = self.block_1(shallow, functional.silu(self.conv_fused(centred)))
        features, first = attended, shallow
        for name in BLOCKS[1:]:
            features, first = getattr(self, name)(features)
        joined = self.conv_cat_other(torch.cat([shallow, attended, first], dim=1))
        restored: Tensor = self.upsampler(joined + self.conv2_fused(features))
        return restored
