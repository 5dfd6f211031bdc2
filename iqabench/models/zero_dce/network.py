"""Zero-DCE by Guo et al."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3

_CURVES = 8
"""The number of times that a curve is applied."""


class ZeroDCE(nn.Module):
    """Seven convolutions with symmetric skips that give eight curves for each pixel and channel.

    A curve is x + a (x^2 - x), with a in -1..1: it keeps 0 and 1 where they are.

    Shapes: (N, 3, H, W), kept.
    Range: 0..1.
    Source: Guo et al., "Zero-Reference Deep Curve Estimation for Low-Light Image Enhancement", CVPR 2020,
    arXiv:2001.06826, sections 3.1 and 3.2.
    """

    def __init__(self, features: int = 32) -> None:
        super().__init__()
        self.e_conv1 = conv3x3(3, features)
        self.e_conv2 = conv3x3(features, features)
        self.e_conv3 = conv3x3(features, features)
        self.e_conv4 = conv3x3(features, features)
        self.e_conv5 = conv3x3(2 * features, features)
        self.e_conv6 = conv3x3(2 * features, features)
        self.e_conv7 = conv3x3(2 * features, 3 * _CURVES)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Return the brightened image."""
        first = self.relu(self.e_conv1(x))
        second = self.relu(self.e_conv2(first))
        third = self.relu(self.e_conv3(second))
        fourth = self.relu(self.e_conv4(third))
        fifth = self.relu(self.e_conv5(torch.cat([third, fourth], dim=1)))
        sixth = self.relu(self.e_conv6(torch.cat([second, fifth], dim=1)))
        strengths = torch.tanh(self.e_conv7(torch.cat([first, sixth], dim=1)))
        for strength in strengths.chunk(_CURVES, dim=1):
            x = x + strength * (x * x - x)
        return x
