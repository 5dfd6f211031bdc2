"""SPAN by Wan et al. as deployed: the output of the convolutions is its own attention map.

The networks that a card of this family can name are here: SPAN, and two made from it.
"""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, pixel_shuffle
from iqabench.models.layers.residual import DIV2K_MEAN
from iqabench.models.layers.shapes import Shapes, shuffled
from iqabench.models.span.blocks import BLOCKS, AttentionBlock, MergedConvolution
from iqabench.models.span.merged_span import MergedSPAN
from iqabench.models.span.span_f import SPANF

__all__ = ["SPAN", "SPANF", "MergedSPAN", "adapt"]


class SPAN(nn.Module):
    """Six attention blocks; four stages of them are joined before a shuffling tail.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    Source: Wan et al., "Swift Parameter-free Attention Network for Efficient Super-Resolution",
    CVPRW 2024, arXiv:2311.12770, section 3.
    """

    mean: Tensor

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["upsampler.0.bias"][0]),
            "features": shapes["conv_1.eval_conv.bias"][0],
        }

    def __init__(self, scale: int = 4, features: int = 28) -> None:
        super().__init__()
        mean = torch.tensor(DIV2K_MEAN).view(1, 3, 1, 1)
        self.register_buffer("mean", mean, persistent=False)  # not in the published file
        self.conv_1 = MergedConvolution(3, features)
        for name in BLOCKS:
            self.add_module(name, AttentionBlock(features))
        self.conv_2 = MergedConvolution(features, features)
        self.conv_cat = conv1x1(4 * features, features)
        self.upsampler = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.conv_1((x - self.mean) * 255)
        attended, first = getattr(self, BLOCKS[0])(shallow)
        features = attended
        for name in BLOCKS[1:]:
            features, first = getattr(self, name)(features)
        # Paper: the output of the fifth block is joined; here: the activated first convolution of the
        # sixth, because the published weights were trained in this way.
        joined = torch.cat([shallow, self.conv_2(features), attended, first], dim=1)
        restored: Tensor = self.upsampler(self.conv_cat(joined))
        return restored


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Rename the tensors of a published file as in the networks here; one entry renamed its tail."""
    del scale
    renamed = {"conv_cat_1": "conv_cat", "conv_2_1": "conv_2"}
    parts = {name: name.partition(".") for name in state}
    return {renamed.get(p[0], p[0]) + p[1] + p[2]: state[name] for name, p in parts.items()}
