"""A2N by Chen et al.: blocks that weigh a branch with attention against one without.

The trunk is surrounded as in PAN, on whose authors' code this network stands.
"""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1
from iqabench.models.layers.pixel_attention import PixelAttentionNetwork, leaky
from iqabench.models.layers.shapes import Shapes, count

_TEMPERATURE = 30
"""The divisor of the two weights before their softmax: it keeps both branches in use early in training."""


def _conv(features: int, size: int) -> nn.Conv2d:
    return nn.Conv2d(features, features, size, padding=size // 2, bias=False)


class AttentionBranch(nn.Module):
    """Two convolutions, the first of which is weighed by a spatial and channel-wise attention.

    Shapes: (N, features, H, W) to the same.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.k1 = _conv(features, 3)
        self.k2 = conv1x1(features, features)
        self.k3 = _conv(features, 3)
        self.k4 = _conv(features, 3)
        self.act = leaky()

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        weights = torch.sigmoid(self.k2(self.act(self.k1(x))))
        out: Tensor = self.k4(self.k3(x) * weights)
        return out


class AttentionInAttention(nn.Module):
    """A block whose two branches, with and without attention, are weighed by the means of the features.

    Shapes: (N, features, H, W) to the same.
    """

    def __init__(self, features: int, plain_size: int) -> None:
        super().__init__()
        self.conv_first = _conv(features, 1)
        self.ADM = nn.Sequential(
            nn.Linear(features, features // 4, bias=False),
            nn.ReLU(inplace=True),
            nn.Linear(features // 4, 2, bias=False),
        )
        self.attention = AttentionBranch(features)
        self.non_attention = _conv(features, plain_size)
        self.conv_last = _conv(features, 1)
        self.act = leaky()

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        inner: Tensor = self.act(self.conv_first(x))
        weights = torch.softmax(self.ADM(inner.mean(dim=(2, 3))) / _TEMPERATURE, dim=1)
        with_attention, without = weights[:, :, None, None, None].unbind(1)
        mixed = self.attention(inner) * with_attention + self.non_attention(inner) * without
        out: Tensor = self.conv_last(self.act(mixed))
        return out + x


class A2N(PixelAttentionNetwork):
    """Attention-in-attention blocks, then upsampling by nearest neighbour with pixel attention.

    `plain_size` is the size of the kernel of the branch without attention: 3 in A2N, 1 in A2N-M.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: Chen, Gu and Zhang, "Attention in Attention Network for Image Super-Resolution",
    arXiv:2104.09497.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            **({"scale": 4} if "upconv2.weight" in shapes else {}),
            "features": shapes["conv_first.bias"][0],
            "upper_features": shapes["upconv1.bias"][0],
            "blocks": count(shapes, "AAB_trunk.#.conv_last.weight"),
            "plain_size": shapes["AAB_trunk.0.non_attention.weight"][2],
        }

    def __init__(
        self,
        scale: int,
        features: int = 40,
        upper_features: int = 24,
        blocks: int = 16,
        plain_size: int = 3,
    ) -> None:
        trunk = [AttentionInAttention(features, plain_size) for _ in range(blocks)]
        super().__init__(scale, features, upper_features, "AAB_trunk", trunk)
