"""SPAN-F, the lighter SPAN that its authors submitted to NTIRE 2025, and its variants."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv1x1
from iqabench.models.layers.shapes import Shapes, shuffled
from iqabench.models.span.blocks import BLOCKS, AttentionBlock, MergedConvolution


class OpeningBlock(nn.Module):
    """The three convolutions of an attention block, applied to the image without attention."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.c1_r = MergedConvolution(3, features)
        self.c2_r = MergedConvolution(features, features)
        self.c3_r = MergedConvolution(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, 3, H, W) to (N, features, H, W).
        """
        features: Tensor = self.c3_r(functional.silu(self.c2_r(functional.silu(self.c1_r(x)))))
        return features


class SPANF(nn.Module):
    """Five blocks, joined with a filtered copy of the image in the layout of the pixel shuffle.

    `tail` is the width between the last two convolutions, by default that of the features.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["conv_near.weight"][0]),
            "features": shapes["block_1.c1_r.eval_conv.bias"][0],
            "tail": shapes["conv_cat.bias"][0],
        }

    def __init__(self, scale: int = 4, features: int = 32, tail: int | None = None) -> None:
        super().__init__()
        tail = features if tail is None else tail
        pixels = 3 * scale**2
        self.conv_near = nn.Conv2d(3, pixels, 3, padding=1, groups=3, bias=False)
        self.block_1 = OpeningBlock(features)
        for name in BLOCKS[1:5]:
            self.add_module(name, AttentionBlock(features))
        self.conv_cat = conv1x1(2 * features + pixels, tail)
        self.conv_2 = MergedConvolution(tail, pixels)
        self.depth_to_space = nn.PixelShuffle(scale)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        near = self.conv_near(x)
        opened = features = self.block_1(x)
        for name in BLOCKS[1:5]:
            features, _ = getattr(self, name)(features)
        joined = self.conv_cat(torch.cat([near, features, opened], dim=1))
        restored: Tensor = self.depth_to_space(self.conv_2(joined))
        return restored
