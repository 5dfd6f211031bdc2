"""ENLCN by Xia et al.: the large EDSR with non-local attention of linear cost after every eight blocks."""

from math import sqrt
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.residual import ResidualBlock, mean_shifts, shuffle_tail
from iqabench.models.layers.shapes import Shapes, tail_scale

_BETWEEN = 8
"""The number of residual blocks from one attention to the next."""


class RandomFeatures(nn.Module):
    """An attention by positive random features, whose cost is linear in the number of pixels.

    The matrix of random directions is part of the published weights: with another one outputs differ.
    Source: Choromanski et al., "Rethinking Attention with Performers", ICLR 2021, arXiv:2009.14794.
    """

    projection_matrix: Tensor

    def __init__(self, channels: int, directions: int) -> None:
        super().__init__()
        self.register_buffer("projection_matrix", torch.randn(directions, channels))

    def forward(self, query: Tensor, key: Tensor, value: Tensor) -> Tensor:
        """Return for every query the mean of the values, weighted by how alike query and keys are.

        Shapes: (N, L, channels), (N, L, channels), (N, L, C) to (N, L, C).
        """
        query, key = self._features(query), self._features(key)
        context = key.transpose(1, 2) @ value
        total = query @ key.sum(1)[:, :, None]
        return query @ context / total

    def _features(self, x: Tensor) -> Tensor:
        exponent = x @ self.projection_matrix.T - x.square().sum(-1, keepdim=True) / 2
        features: Tensor = (exponent.exp() + 1e-4) * len(self.projection_matrix) ** -0.5
        return features


class EfficientNonLocal(nn.Module):
    """An attention of every pixel to all pixels, damped and added to the input (the paper's ENLA)."""

    def __init__(self, features: int, directions: int, damping: float) -> None:
        super().__init__()
        narrow = features // 4
        self.conv_match1 = nn.Sequential(conv1x1(features, narrow))
        self.conv_match2 = nn.Sequential(conv1x1(features, narrow))
        self.conv_assembly = nn.Sequential(conv1x1(features, features))
        self.attn_fn = RandomFeatures(narrow, directions)
        self.damping = damping

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        # Paper: the vectors have the length sqrt(6), so that attention is sharp (section 3.2).
        query, key = (
            normalize(layer(x), dim=1, eps=5e-5).flatten(2).transpose(1, 2) * sqrt(6)
            for layer in (self.conv_match1, self.conv_match2)
        )
        value = self.conv_assembly(x).flatten(2).transpose(1, 2)
        seen: Tensor = self.attn_fn(query, key, value)
        return seen.transpose(1, 2).view_as(x) * self.damping + x


class ENLCN(nn.Module):
    """Residual blocks with efficient non-local attention at the start and after every eight blocks.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: Xia et al., "Efficient Non-Local Contrastive Attention for Image Super-Resolution", AAAI 2022,
    arXiv:2201.03794, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        body = {int(name.split(".")[1]) for name in shapes if name.startswith("body.")}
        return {
            "scale": tail_scale(shapes, "tail.0"),
            "blocks": max(body) // (_BETWEEN + 1) * _BETWEEN,
            "features": shapes["head.0.bias"][0],
            "directions": shapes["body.0.attn_fn.projection_matrix"][0],
        }

    def __init__(
        self,
        scale: int,
        blocks: int = 32,
        features: int = 256,
        directions: int = 128,
        damping: float = 0.1,
    ) -> None:
        super().__init__()
        self.sub_mean, self.add_mean = mean_shifts()
        self.head = nn.Sequential(conv3x3(3, features))
        layers: list[nn.Module] = [EfficientNonLocal(features, directions, damping)]
        for number in range(1, blocks + 1):
            layers.append(ResidualBlock(features, damping))
            if number % _BETWEEN == 0:
                layers.append(EfficientNonLocal(features, directions, damping))
        self.body = nn.Sequential(*layers, conv3x3(features, features))
        self.tail = nn.Sequential(shuffle_tail(features, scale), conv3x3(features, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.head(self.sub_mean(x))
        restored: Tensor = self.add_mean(self.tail(self.body(shallow) + shallow))
        return restored
