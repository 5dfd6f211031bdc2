"""CARN-M by Ahn et al.: a cascade of cascades of grouped, recursive residual blocks."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import add_numbered, conv1x1, conv3x3
from iqabench.models.layers.multiscale import require_scale
from iqabench.models.layers.residual import DIV2K_MEAN, MeanShift, shuffle_tail
from iqabench.models.layers.shapes import Shapes

SCALES = (2, 3, 4)
"""All scales of the published file, which has a tail for each."""


class EfficientBlock(nn.Module):
    """The residual-E block: two grouped convolutions, then one that mixes the groups."""

    def __init__(self, features: int, groups: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(features, features, 3, padding=1, groups=groups),
            nn.ReLU(inplace=True),
            nn.Conv2d(features, features, 3, padding=1, groups=groups),
            nn.ReLU(inplace=True),
            conv1x1(features, features),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        return torch.relu(self.body(x) + x)


class Fusion(nn.Module):
    """A 1x1 convolution from `parts` concatenated feature maps to the width of one."""

    def __init__(self, features: int, parts: int) -> None:
        super().__init__()
        self.body = nn.Sequential(conv1x1(parts * features, features), nn.ReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, parts * features, H, W) to (N, features, H, W).
        """
        fused: Tensor = self.body(x)
        return fused


class Cascade(nn.Module):
    """Three stages; after each, the input and the outputs of all stages so far are fused.

    A single stage is used three times (the paper's recursive scheme).
    """

    def __init__(
        self,
        features: int,
        stages: Sequence[nn.Module],
        fusion: Callable[[int, int], nn.Module] = Fusion,
    ) -> None:
        super().__init__()
        names = add_numbered(self, "b", stages)
        fusions = add_numbered(self, "c", [fusion(features, parts) for parts in (2, 3, 4)])
        self.steps = tuple(zip((names * 3)[:3], fusions, strict=True))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        seen = x
        for stage, fusion in self.steps:
            seen = torch.cat([seen, getattr(self, stage)(x)], dim=1)
            x = getattr(self, fusion)(seen)
        return x


class CARN(Cascade):
    """A cascade of cascades between one convolution and a shuffling tail.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    Source: Ahn et al., "Fast, Accurate, and Lightweight Super-Resolution with Cascading Residual
    Network", ECCV 2018, arXiv:1803.08664, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "features": shapes["entry.bias"][0],
            "groups": shapes["entry.bias"][0] // shapes["b1.b1.body.0.weight"][1],
        }

    def __init__(self, scale: int, features: int = 64, groups: int = 4) -> None:
        blocks = [Cascade(features, [EfficientBlock(features, groups)]) for _ in range(3)]
        super().__init__(features, blocks)
        self.scale = require_scale("CARN-M", scale, SCALES)
        self.sub_mean = nn.ModuleDict({"shifter": MeanShift(DIV2K_MEAN, -1)})
        self.add_mean = nn.ModuleDict({"shifter": MeanShift(DIV2K_MEAN, 1)})
        self.entry = conv3x3(3, features)
        tails = {f"up{s}": shuffle_tail(features, s, groups, relu=True) for s in SCALES}
        self.upsample = nn.ModuleDict({k: nn.ModuleDict({"body": v}) for k, v in tails.items()})
        self.exit = conv3x3(features, 3)

    def forward(self, x: Tensor, scale: int | None = None) -> Tensor:
        """Return the image, `scale` times larger; without a scale it is that of the card.

        Raises: ModelError for a scale that the network lacks.
        """
        chosen = require_scale("CARN-M", scale or self.scale, SCALES)
        features = super().forward(self.entry(self.sub_mean["shifter"](x)))
        enlarged = self.get_submodule(f"upsample.up{chosen}.body")(features)
        restored: Tensor = self.add_mean["shifter"](self.exit(enlarged))
        return restored
