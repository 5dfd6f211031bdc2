"""EMSRDPN by Yang and Wu: blocks that add some of their features and concatenate others."""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.multiscale import require_scale
from iqabench.models.layers.residual import shuffle_tail
from iqabench.models.layers.shapes import Shapes, count

SCALES = (2, 3, 4, 8)
"""All scales of the published file, which has a tail for each."""


class DualPathUnit(nn.Module):
    """Two convolutions; the first of their outputs are added to the input, the others concatenated."""

    def __init__(self, inputs: int, added: int, growth: int) -> None:
        super().__init__()
        self.added = added
        self.dpb_conv = nn.Sequential(
            nn.ReLU(),
            conv1x1(inputs, added + growth),
            nn.ReLU(),
            conv3x3(added + growth, added + growth),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, inputs, H, W) to (N, inputs + growth, H, W).
        """
        change = self.dpb_conv(x)
        total = x[:, : self.added] + change[:, : self.added]
        return torch.cat([total, change[:, self.added :], x[:, self.added :]], dim=1)


class DualPathBlock(nn.Module):
    """A chain of dual-path units and a 1x1 convolution to the width of the input."""

    def __init__(self, added: int, dense: int, growth: int, units: int) -> None:
        super().__init__()
        width = added + dense
        self.dpb_transition = nn.Sequential(conv1x1(width + units * growth, width))
        self.convs = nn.Sequential(
            *(DualPathUnit(width + number * growth, added, growth) for number in range(units))
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, added + dense, H, W), kept.
        """
        output: Tensor = self.dpb_transition(self.convs(x))
        return output


class EMSRDPN(nn.Module):
    """A chain of dual-path blocks whose outputs are fused, and a tail for each scale.

    The published file holds the tails of all scales; `scale` is the scale of a call that names none.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: Yang and Wu, "Efficient Single-image Super-resolution Using Dual path Connections with Multiple
    scale Learning", ACM TOMM 2023, doi:10.1145/3570164.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        width = shapes["SFENet1.0.bias"][0]
        growth = shapes["SRDPBs.0.convs.1.dpb_conv.1.weight"][1] - width
        added = shapes["SRDPBs.0.convs.0.dpb_conv.1.bias"][0] - growth
        return {
            "added": added,
            "dense": width - added,
            "growth": growth,
            "blocks": count(shapes, "SRDPBs.#.dpb_transition.0.bias"),
            "units": count(shapes, "SRDPBs.0.convs.#.dpb_conv.1.bias"),
        }

    def __init__(
        self,
        scale: int = 4,
        added: int = 64,
        dense: int = 64,
        growth: int = 64,
        blocks: int = 16,
        units: int = 4,
    ) -> None:
        super().__init__()
        width = added + dense
        self.scale = require_scale("EMSRDPN", scale, SCALES)
        self.SFENet1 = nn.Sequential(conv3x3(3, width))
        self.SFENet2 = nn.Sequential(conv3x3(width, width))
        self.transition = nn.Sequential(conv1x1(blocks * width, width), conv3x3(width, width))
        self.SRDPBs = nn.ModuleList(
            DualPathBlock(added, dense, growth, units) for _ in range(blocks)
        )
        self.upsample = nn.ModuleList(shuffle_tail(width, one) for one in SCALES)
        self.tail = nn.ModuleList(conv3x3(width, 3) for _ in SCALES)

    def forward(self, x: Tensor, scale: int | None = None) -> Tensor:
        """Return the image, `scale` times larger.

        Raises: ModelError for a scale that the network lacks.
        """
        place = SCALES.index(require_scale("EMSRDPN", scale or self.scale, SCALES))
        shallow = self.SFENet1(x)
        features = self.SFENet2(shallow)
        outputs = []
        for block in self.SRDPBs:
            features = block(features)
            outputs.append(features)
        fused = self.transition(torch.cat(outputs, dim=1)) + shallow
        restored: Tensor = self.tail[place](self.upsample[place](fused))
        return restored
