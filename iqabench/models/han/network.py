"""HAN by Niu et al.: the body of RCAN, with attention between its layers and over channels and places."""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.channel_attention import group_arguments, residual_group
from iqabench.models.layers.residual import mean_shifts, shuffle_tail
from iqabench.models.layers.shapes import Shapes


class LayerAttention(nn.Module):
    """An attention between the outputs of layers, which weighs unlike layers most (the paper's LAM)."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """Mix the outputs of layers, and concatenate them.

        Shapes: (N, layers, C, H, W) to (N, layers * C, H, W).
        """
        flat = x.flatten(2)
        likeness = flat @ flat.transpose(1, 2)
        weights = (likeness.amax(-1, keepdim=True) - likeness).softmax(-1)
        mixed = (weights @ flat).view_as(x)
        return (self.gamma * mixed + x).flatten(1, 2)


class ChannelPlaceAttention(nn.Module):
    """An attention from a 3x3x3 convolution over channels, rows and columns (the paper's CSAM)."""

    def __init__(self) -> None:
        super().__init__()
        self.conv = nn.Conv3d(1, 1, 3, padding=1)
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """Weigh every value of x.

        Shapes: (N, C, H, W), kept.
        """
        weights: Tensor = self.conv(x[:, None])[:, 0].sigmoid()
        return x * (self.gamma * weights) + x


class HAN(nn.Module):
    """Groups of channel-attention blocks; the outputs of all groups are fused by two attentions.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: Niu et al., "Single Image Super-Resolution via a Holistic Attention Network", ECCV 2020,
    arXiv:2008.08767, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return group_arguments(shapes)

    def __init__(
        self, scale: int, groups: int = 10, blocks: int = 20, features: int = 64, squeezed: int = 4
    ) -> None:
        super().__init__()
        self.sub_mean, self.add_mean = mean_shifts()
        self.head = nn.Sequential(conv3x3(3, features))
        chain = [residual_group(blocks, features, squeezed) for _ in range(groups)]
        self.body = nn.Sequential(*chain, conv3x3(features, features))
        self.csa = ChannelPlaceAttention()
        self.la = LayerAttention()
        self.last_conv = conv3x3((groups + 1) * features, features)
        self.last = conv3x3(2 * features, features)
        self.tail = nn.Sequential(shuffle_tail(features, scale), conv3x3(features, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = features = self.head(self.sub_mean(x))
        outputs: list[Tensor] = []
        for layer in self.body:
            features = layer(features)
            outputs.insert(0, features)  # the last first, as the published weights expect
        layers = self.last_conv(self.la(torch.stack(outputs, dim=1)))
        fused = self.last(torch.cat([self.csa(features), layers], dim=1))
        restored: Tensor = self.add_mean(self.tail(fused + shallow))
        return restored
