"""BSRN: residual feature distillation whose 3x3 convolutions are blueprint separable.

Two networks were published. The paper's has 1x1 convolutions; the challenge entry, BSRN-S, holds
such layers as linear maps over the channels, and weighs the channels by learned constants where the
paper's has contrast attention. The linear maps are kept, though 1x1 convolutions would give the
same pixels: the number of convolutions and of their outputs, and the latency, depend on the form.

Source: Li et al., "Blueprint Separable Residual Network for Efficient Image Super-Resolution",
CVPRW 2022, arXiv:2205.05996.
"""

from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import (
    ContrastAttention,
    FeatureDistillation,
    MakeLayer,
    SpatialAttention,
    add_numbered,
    chain,
    conv1x1,
    pixel_shuffle,
)
from iqabench.models.layers.shapes import Shapes, count, shuffled


class ChannelLinear(nn.Linear):
    """A linear map over the channels, pixel by pixel; it equals a 1x1 convolution.

    Shapes: (N, C, H, W) to (N, outputs, H, W).
    """

    def forward(self, x: Tensor) -> Tensor:
        """Map the channels of x."""
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


def bare1x1(inputs: int, outputs: int) -> nn.Conv2d:
    """Return a 1x1 convolution without bias."""
    return nn.Conv2d(inputs, outputs, 1, bias=False)


class BlueprintConv(nn.Module):
    """A linear map over the channels, then a depthwise 3x3 convolution (BSConv-U).

    Shapes: (N, inputs, H, W) to (N, outputs, H', W'), as a 3x3 convolution.
    Source: Haase and Amthor, "Rethinking Depthwise Separable Convolutions", CVPR 2020,
    arXiv:2003.13549.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        *,
        stride: int = 1,
        padding: int = 1,
        pointwise: MakeLayer = bare1x1,
    ) -> None:
        super().__init__()
        self.pw = pointwise(inputs, outputs)
        self.dw = nn.Conv2d(outputs, outputs, 3, stride, padding, groups=outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve x."""
        y: Tensor = self.dw(self.pw(x))
        return y


# Paper: the map over the channels has no bias; here: it has one, because the published file does.
linear_blueprint = partial(BlueprintConv, pointwise=ChannelLinear)


class SeparableDistillation(FeatureDistillation):
    """Feature distillation, spatial attention, contrast attention, and a skip (ESDB).

    Shapes: (N, C, H, W) to the same; H and W at least 15.
    """

    def __init__(self, features: int) -> None:
        attention = SpatialAttention(
            features, features // 4, activation=nn.GELU, conv=BlueprintConv, shrink=BlueprintConv
        )
        super().__init__(features, activation=nn.GELU(), attention=attention, conv=BlueprintConv)
        self.cca = ContrastAttention(features)

    def forward(self, x: Tensor) -> Tensor:
        """Refine the features x."""
        weighed: Tensor = self.cca(super().forward(x))
        return weighed + x


class SmallDistillation(FeatureDistillation):
    """Feature distillation, spatial attention, one learned weight per channel, and a skip.

    Shapes: (N, C, H, W) to the same; H and W at least 15.
    """

    def __init__(self, features: int) -> None:
        attention = SpatialAttention(
            features,
            features // 4,
            activation=nn.GELU,
            pointwise=ChannelLinear,
            conv=linear_blueprint,
        )
        super().__init__(
            features,
            activation=nn.GELU(),
            attention=attention,
            pointwise=ChannelLinear,
            conv=linear_blueprint,
        )
        self.cw = nn.Parameter(torch.ones(1, features))
        self.conv_out = ChannelLinear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Refine the features x."""
        weighed = super().forward(x) * self.cw[..., None, None]
        y: Tensor = self.conv_out(weighed)
        return y + x


class BSRN(nn.Module):
    """A chain of distillation blocks whose outputs are fused before the long skip.

    `small` builds the layers of the challenge entry, BSRN-S.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); H and W at least 15.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["upsampler.upsampleOneStep.0.bias"][0]),
            "features": shapes["fea_conv.dw.bias"][0],
            "blocks": count(shapes, "B#.c5.weight"),
            "small": "B1.cw" in shapes,
        }

    def __init__(
        self, scale: int = 4, features: int = 64, blocks: int = 8, *, small: bool = False
    ) -> None:
        super().__init__()
        block: MakeLayer = SmallDistillation if small else SeparableDistillation
        pointwise: MakeLayer = ChannelLinear if small else conv1x1
        conv: MakeLayer = linear_blueprint if small else BlueprintConv
        self.fea_conv = conv(4 * 3, features)
        self.names = add_numbered(self, "B", [block(features) for _ in range(blocks)])
        self.c1 = pointwise(blocks * features, features)
        self.act = nn.GELU()
        self.c2 = conv(features, features)
        # The published names have a level of their own between `upsampler` and its layers.
        self.upsampler = nn.Sequential()
        self.upsampler.add_module("upsampleOneStep", pixel_shuffle(features, scale))

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge the images x."""
        # Paper: the image is copied along the channels before the first layer; here: four times,
        # as the published weights need it.
        shallow: Tensor = self.fea_conv(torch.cat([x] * 4, dim=1))
        fused = self.act(self.c1(torch.cat(chain(self, self.names, shallow), dim=1)))
        output: Tensor = self.upsampler(self.c2(fused) + shallow)
        return output
