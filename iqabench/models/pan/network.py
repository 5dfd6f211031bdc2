"""PAN by Zhao et al.: pixel attention in self-calibrated blocks and in the upsampler."""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1
from iqabench.models.layers.pixel_attention import PixelAttentionNetwork, leaky
from iqabench.models.layers.shapes import Shapes, count


class AttendedConvolution(nn.Module):
    """A convolution weighed by its input's pixel attention, then another."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.k2 = conv1x1(features, features)
        self.k3 = nn.Conv2d(features, features, 3, padding=1, bias=False)
        self.k4 = nn.Conv2d(features, features, 3, padding=1, bias=False)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        out: Tensor = self.k4(self.k3(x) * torch.sigmoid(self.k2(x)))
        return out


class SelfCalibratedBlock(nn.Module):
    """The paper's SC-PA block: half of the features plain, half attended, joined and added."""

    def __init__(self, features: int) -> None:
        super().__init__()
        half = features // 2
        self.conv1_a = nn.Conv2d(features, half, 1, bias=False)
        self.conv1_b = nn.Conv2d(features, half, 1, bias=False)
        self.k1 = nn.Sequential(nn.Conv2d(half, half, 3, padding=1, bias=False))
        self.PAConv = AttendedConvolution(half)
        self.conv3 = nn.Conv2d(features, features, 1, bias=False)
        self.act = leaky()

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        plain = self.act(self.k1(self.act(self.conv1_a(x))))
        attended = self.act(self.PAConv(self.act(self.conv1_b(x))))
        joined: Tensor = self.conv3(torch.cat([plain, attended], dim=1))
        return joined + x


class PAN(PixelAttentionNetwork):
    """Self-calibrated blocks, then upsampling by nearest neighbour with pixel attention.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    Source: Zhao et al., "Efficient Image Super-Resolution Using Pixel Attention", ECCVW 2020,
    arXiv:2010.01073, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            **({"scale": 4} if "upconv2.weight" in shapes else {}),
            "features": shapes["conv_first.bias"][0],
            "upper_features": shapes["upconv1.bias"][0],
            "blocks": count(shapes, "SCPA_trunk.#.conv3.weight"),
        }

    def __init__(
        self, scale: int, features: int = 40, upper_features: int = 24, blocks: int = 16
    ) -> None:
        trunk = [SelfCalibratedBlock(features) for _ in range(blocks)]
        super().__init__(scale, features, upper_features, "SCPA_trunk", trunk)
