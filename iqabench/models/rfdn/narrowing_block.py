"""The block of the faster RFDN, whose steps work on fewer and fewer channels."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import SpatialAttention, conv1x1, conv3x3


class NarrowingResidualDistillation(nn.Module):
    """Residual distillation in which each step continues with the channels separated before.

    The first step has all channels, the second half of them, the third and the last a quarter.

    Shapes: (N, C, H, W) to the same; H and W at least 15.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        half, quarter = features // 2, features // 4
        self.c1_d, self.c1_r = conv1x1(features, half), conv3x3(features, features)
        self.c2_d, self.c2_r = conv1x1(features, half), conv3x3(half, half)
        self.c3_d, self.c3_r = conv1x1(half, quarter), conv3x3(quarter, quarter)
        self.c4 = conv3x3(quarter, quarter)
        self.c5 = conv1x1(2 * half + 2 * quarter, features)
        self.act = nn.LeakyReLU(0.05)
        self.esa = SpatialAttention(features, quarter)

    def forward(self, x: Tensor) -> Tensor:
        """Distil, fuse and weigh the features x."""
        first = self.act(self.c1_d(x))
        second = self.act(self.c2_d(self.act(self.c1_r(x) + x)))
        third = self.act(self.c3_d(self.act(self.c2_r(second) + second)))
        rest = self.act(self.c3_r(third) + third)
        rest = self.act(self.c4(rest) + rest)
        weighed: Tensor = self.esa(self.c5(torch.cat([first, second, third, rest], dim=1)))
        return weighed
