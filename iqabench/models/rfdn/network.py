"""RFDN: distillation by 1x1 convolutions parallel to shallow residual steps, with spatial attention.

Source: Liu et al., "Residual Feature Distillation Network for Lightweight Image Super-Resolution",
ECCVW 2020, arXiv:2009.11551.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import (
    FeatureDistillation,
    SpatialAttention,
    add_numbered,
    chain,
    conv1x1,
    conv3x3,
    pixel_shuffle,
)
from iqabench.models.layers.shapes import Shapes, count, shuffled
from iqabench.models.rfdn.narrowing_block import NarrowingResidualDistillation


def distillation(features: int) -> FeatureDistillation:
    """Return a residual feature distillation block (RFDB)."""
    return FeatureDistillation(
        features,
        activation=nn.LeakyReLU(0.05),
        attention=SpatialAttention(features, features // 4),
    )


def pruned_distillation(features: int) -> FeatureDistillation:
    """Return the block without skips around its steps; its attention is as narrow as with 50 features."""
    return FeatureDistillation(
        features,
        activation=nn.LeakyReLU(0.05),
        attention=SpatialAttention(features, 12),
        skips=False,
    )


class CollapsedConvolution(nn.Module):
    """The one 3x3 kernel into which a collapsible linear block (3x3, then 1x1, and a skip) is folded.

    Shapes: (N, inputs, H, W) to (N, outputs, H, W).
    Source: Bhardwaj et al., "Collapsible Linear Blocks for Super-Efficient Super Resolution",
    MLSys 2022, arXiv:2103.09404.
    """

    def __init__(self, inputs: int, outputs: int, activation: nn.Module | None = None) -> None:
        super().__init__()
        self.conv3x3 = conv3x3(inputs, outputs)
        self.act = activation or nn.Identity()

    def forward(self, x: Tensor) -> Tensor:
        """Convolve x."""
        y: Tensor = self.act(self.conv3x3(x))
        return y


def collapsed_distillation(features: int) -> FeatureDistillation:
    """Return the block with collapsed convolutions, whose kernels include the skips."""
    block = FeatureDistillation(
        features,
        activation=nn.SiLU(),
        attention=SpatialAttention(features, features // 4),
        conv=CollapsedConvolution,
        skips=False,
    )
    # Activated here and again by the block: the published weights were trained in this way.
    block.c4 = CollapsedConvolution(features, features // 2, nn.SiLU())
    return block


class RFDN(nn.Module):
    """A chain of distillation blocks whose outputs are fused before the long skip.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); H and W at least 15.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["upsampler.0.bias"][0]),
            "features": shapes["fea_conv.bias"][0],
            "blocks": count(shapes, "B#.c5.bias"),
        }

    def __init__(
        self,
        scale: int = 4,
        features: int = 50,
        blocks: int = 4,
        *,
        block: Callable[[int], nn.Module] = distillation,
    ) -> None:
        super().__init__()
        self.fea_conv: nn.Module = conv3x3(3, features)
        self.names = add_numbered(self, "B", [block(features) for _ in range(blocks)])
        self.c = nn.Sequential(conv1x1(blocks * features, features), nn.LeakyReLU(0.05))
        self.LR_conv: nn.Module = conv3x3(features, features)
        self.upsampler = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge the images x."""
        shallow: Tensor = self.fea_conv(x)
        fused = self.c(torch.cat(chain(self, self.names, shallow), dim=1))
        output: Tensor = self.upsampler(self.LR_conv(fused) + shallow)
        return output


class PrunedRFDN(RFDN):
    """RFDN without the inner skips of its blocks and with a fifth fewer channels."""

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["upsampler.0.bias"][0]),
            "features": shapes["fea_conv.bias"][0],
        }

    def __init__(self, scale: int = 4, features: int = 40) -> None:
        super().__init__(scale, features, block=pruned_distillation)


class CollapsedRFDN(RFDN):
    """RFDN trained with collapsible linear blocks, after collapsing.

    It has a learned slope after the fusion, and no convolution between the fusion and the long skip.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["upsampler.0.bias"][0]),
            "features": shapes["fea_conv.conv3x3.bias"][0],
        }

    def __init__(self, scale: int = 4, features: int = 32) -> None:
        super().__init__(scale, features, block=collapsed_distillation)
        self.fea_conv = CollapsedConvolution(3, features)
        self.c[1] = nn.PReLU()
        self.LR_conv = nn.Identity()


class FasterRFDN(RFDN):
    """RFDN with more features, all of which only the first step of a block processes."""

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["upsampler.0.bias"][0]),
            "features": shapes["fea_conv.bias"][0],
        }

    def __init__(self, scale: int = 4, features: int = 64) -> None:
        super().__init__(scale, features, block=NarrowingResidualDistillation)
