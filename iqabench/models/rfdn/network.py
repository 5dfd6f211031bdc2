"""RFDN: distillation by 1x1 convolutions beside shallow residual steps, with spatial attention.

Source: Liu et al., "Residual Feature Distillation Network for Lightweight Image Super-Resolution",
ECCVW 2020, arXiv:2009.11551.
"""

import torch
from torch import Tensor, nn

from iqabench.models._blocks import (
    FeatureDistillation,
    SpatialAttention,
    add_numbered,
    chain,
    conv1x1,
    conv3x3,
    pixel_shuffle,
)


def distillation(features: int) -> FeatureDistillation:
    """One residual feature distillation block (RFDB)."""
    return FeatureDistillation(
        features,
        activation=nn.LeakyReLU(0.05),
        attention=SpatialAttention(features, features // 4),
    )


class RFDN(nn.Module):
    """A chain of distillation blocks, all of whose outputs are fused before the long skip.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); H and W at least 15.
    """

    def __init__(self, scale: int = 4, features: int = 50, blocks: int = 4) -> None:
        super().__init__()
        self.fea_conv = conv3x3(3, features)
        self.names = add_numbered(self, "B", [distillation(features) for _ in range(blocks)])
        self.c = nn.Sequential(conv1x1(blocks * features, features), nn.LeakyReLU(0.05))
        self.LR_conv = conv3x3(features, features)
        self.upsampler = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge the images x."""
        shallow: Tensor = self.fea_conv(x)
        fused = self.c(torch.cat(chain(self, self.names, shallow), dim=1))
        output: Tensor = self.upsampler(self.LR_conv(fused) + shallow)
        return output
