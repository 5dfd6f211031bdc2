"""The baseline of the efficiency challenges: IMDN without attention."""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3, pixel_shuffle
from iqabench.models.layers.shapes import Shapes, count, shuffled


class PlainDistillation(nn.Module):
    """Multi-distillation without attention.

    Shapes: (N, C, H, W) to the same.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        quarter = features // 4
        self.widths = [quarter, features - quarter]
        self.conv1 = self._activated(features, features)
        self.conv2 = self._activated(features - quarter, features)
        self.conv3 = self._activated(features - quarter, features)
        self.conv4 = conv3x3(features - quarter, quarter)
        self.conv1x1 = conv1x1(4 * quarter, features)

    @staticmethod
    def _activated(inputs: int, outputs: int) -> nn.Sequential:
        return nn.Sequential(conv3x3(inputs, outputs), nn.LeakyReLU(0.05))

    def forward(self, x: Tensor) -> Tensor:
        """Refine the features x."""
        kept, rest = [], x
        for layer in (self.conv1, self.conv2, self.conv3):
            quarter, rest = torch.split(layer(rest), self.widths, dim=1)
            kept.append(quarter)
        fused: Tensor = self.conv1x1(torch.cat([*kept, self.conv4(rest)], dim=1))
        return fused + x


class SkipConnection(nn.Module):
    """A chain of layers whose input is added to their output; shapes are kept."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.sub = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Apply the layers to x."""
        y: Tensor = self.sub(x)
        return x + y


class PlainIMDN(nn.Module):
    """The challenges' baseline: a chain of blocks without attention, whose outputs are not fused.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Source: Zhang et al., "AIM 2019 Challenge on Constrained Super-Resolution", ICCVW 2019,
    arXiv:1911.01249.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["model.2.bias"][0]),
            "features": shapes["model.0.bias"][0],
            "blocks": count(shapes, "model.1.sub.#.conv1x1.bias"),
        }

    def __init__(self, scale: int = 4, features: int = 64, blocks: int = 8) -> None:
        super().__init__()
        body = [PlainDistillation(features) for _ in range(blocks)]
        self.model = nn.Sequential(
            conv3x3(3, features),
            SkipConnection(*body, conv3x3(features, features)),
            *pixel_shuffle(features, scale),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge the images x."""
        output: Tensor = self.model(x)
        return output
