"""IMDN: blocks that separate a quarter of the channels after each convolution.

Source: Hui et al., "Lightweight Image Super-Resolution with Information Multi-distillation
Network", ACM MM 2019, arXiv:1909.11856.

The networks that a card of this family can name are here: IMDN, and two that came after it.
"""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.imdn.imdn_plus import IMDNPlus
from iqabench.models.imdn.plain_imdn import PlainIMDN
from iqabench.models.layers.blocks import (
    ContrastAttention,
    add_numbered,
    chain,
    conv1x1,
    conv3x3,
    pixel_shuffle,
)
from iqabench.models.layers.shapes import Shapes, count, shuffled

__all__ = ["IMDN", "IMDNPlus", "PlainIMDN"]


class MultiDistillation(nn.Module):
    """Three convolutions, after each of which a quarter of the channels is separated, and a fusion (IMDB).

    Shapes: (N, C, H, W) to the same.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        quarter = features // 4
        self.widths = [quarter, features - quarter]
        self.c1 = conv3x3(features, features)
        self.c2 = conv3x3(features - quarter, features)
        self.c3 = conv3x3(features - quarter, features)
        self.c4 = conv3x3(features - quarter, quarter)
        self.cca = ContrastAttention(4 * quarter)
        self.c5 = conv1x1(4 * quarter, features)
        self.act = nn.LeakyReLU(0.05)

    def forward(self, x: Tensor) -> Tensor:
        """Refine the features x."""
        kept, rest = [], x
        for layer in (self.c1, self.c2, self.c3):
            quarter, rest = torch.split(self.act(layer(rest)), self.widths, dim=1)
            kept.append(quarter)
        kept.append(self.c4(rest))
        fused: Tensor = self.c5(self.cca(torch.cat(kept, dim=1)))
        return fused + x


class IMDN(nn.Module):
    """A chain of multi-distillation blocks whose outputs are fused before the long skip.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["upsampler.0.bias"][0]),
            "features": shapes["fea_conv.bias"][0],
            "blocks": count(shapes, "IMDB#.c5.bias"),
        }

    def __init__(self, scale: int = 4, features: int = 64, blocks: int = 6) -> None:
        super().__init__()
        self.fea_conv = conv3x3(3, features)
        self.names = add_numbered(
            self, "IMDB", [MultiDistillation(features) for _ in range(blocks)]
        )
        self.c = nn.Sequential(conv1x1(blocks * features, features), nn.LeakyReLU(0.05))
        self.LR_conv = conv3x3(features, features)
        self.upsampler = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge the images x."""
        shallow: Tensor = self.fea_conv(x)
        fused = self.c(torch.cat(chain(self, self.names, shallow), dim=1))
        output: Tensor = self.upsampler(self.LR_conv(fused) + shallow)
        return output
