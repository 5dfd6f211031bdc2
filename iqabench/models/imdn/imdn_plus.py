"""IMDN+: multi-distillation with narrower convolutions in each step."""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.imdn.plain_imdn import SkipConnection
from iqabench.models.layers.blocks import add_numbered, conv1x1, conv3x3, pixel_shuffle
from iqabench.models.layers.shapes import Shapes, count, shuffled

STEPS = 6


class NarrowingMultiDistillation(nn.Module):
    """Six convolutions, after each of which a sixth of the features is separated, and a fusion.

    Shapes: (N, C, H, W) to the same; C a multiple of 6.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.kept = features // STEPS
        widths = [left * self.kept for left in range(STEPS, 0, -1)]
        self.names = add_numbered(self, "c", [conv3x3(width, width) for width in widths])
        self.c7 = conv1x1(features, features)
        self.act = nn.SiLU()

    def forward(self, x: Tensor) -> Tensor:
        """Refine the features x."""
        sixths, rest = [], x
        for name in self.names:
            features = self.act(getattr(self, name)(rest))
            sixths.append(features[:, : self.kept])
            rest = features[:, self.kept :]
        fused: Tensor = self.c7(torch.cat(sixths, dim=1))
        return fused + x


class IMDNPlus(nn.Module):
    """A chain of narrowing blocks with one long skip, and a shuffling tail.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Source: the team rainbow in Li et al., "NTIRE 2022 Challenge on Efficient Super-Resolution",
    CVPRW 2022, arXiv:2205.05675.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["RM.0.bias"][0]),
            "features": shapes["FEM.0.bias"][0],
            "blocks": count(shapes, "FEM.1.sub.#.c7.bias"),
        }

    def __init__(self, scale: int = 4, features: int = 36, blocks: int = 8) -> None:
        super().__init__()
        body = [NarrowingMultiDistillation(features) for _ in range(blocks)]
        self.FEM = nn.Sequential(
            conv3x3(3, features), SkipConnection(*body, conv3x3(features, features))
        )
        self.RM = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge the images x."""
        output: Tensor = self.RM(self.FEM(x))
        return output
