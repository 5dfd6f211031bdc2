"""Blocks that several families of networks share; a block of one family is in the family's file.

Attributes have the names of the published weight files, so that these load unchanged. Activations
are modules, and every use of one is a call of it, because some conventions of counting operations
count only modules.
"""

from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

MakeLayer = Callable[..., nn.Module]
"""A function from input and output channels (for 3x3 also `stride` and `padding`) to a layer."""


def conv1x1(inputs: int, outputs: int) -> nn.Conv2d:
    """Return a 1x1 convolution with bias."""
    return nn.Conv2d(inputs, outputs, 1)


def conv3x3(inputs: int, outputs: int, *, stride: int = 1, padding: int = 1) -> nn.Conv2d:
    """Return a 3x3 convolution with bias, which keeps height and width by default."""
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=padding)


def pointwise(inputs: int, outputs: int) -> nn.Conv2d:
    """Return a 1x1 convolution without bias."""
    return nn.Conv2d(inputs, outputs, 1, bias=False)


def plain3x3(inputs: int, outputs: int, groups: int = 1) -> nn.Conv2d:
    """Return a 3x3 convolution without bias, which keeps height and width."""
    return nn.Conv2d(inputs, outputs, 3, padding=1, groups=groups, bias=False)


def pixel_shuffle(features: int, scale: int, channels: int = 3) -> nn.Sequential:
    """Return the usual tail: a 3x3 convolution, its channels laid out as scale x scale pixels.

    Shapes: (N, features, H, W) to (N, channels, scale H, scale W).
    Source: Shi et al., CVPR 2016, arXiv:1609.05158.
    """
    return nn.Sequential(conv3x3(features, channels * scale**2), nn.PixelShuffle(scale))


def add_numbered(owner: nn.Module, prefix: str, blocks: Sequence[nn.Module]) -> tuple[str, ...]:
    """Add blocks to the owner as children called prefix1, prefix2, ...

    Returns: their names in order, for `chain`.
    """
    names = tuple(f"{prefix}{number}" for number in range(1, len(blocks) + 1))
    for name, block in zip(names, blocks, strict=True):
        owner.add_module(name, block)
    return names


def chain(owner: nn.Module, names: Sequence[str], x: Tensor) -> list[Tensor]:
    """Return the outputs of the owner's named blocks, each applied to the output of the one before."""
    outputs = []
    for name in names:
        x = getattr(owner, name)(x)
        outputs.append(x)
    return outputs


class ContrastAttention(nn.Module):
    """An attention that weighs channels by their mean plus standard deviation over the image.

    Shapes: (N, C, H, W) to the same.
    Source: Hui et al., "Lightweight Image Super-Resolution with Information Multi-distillation
    Network", ACM MM 2019, arXiv:1909.11856 (contrast-aware channel attention, CCA).
    """

    def __init__(self, features: int, reduction: int = 16) -> None:
        super().__init__()
        narrow = features // reduction
        self.conv_du = nn.Sequential(
            conv1x1(features, narrow), nn.ReLU(), conv1x1(narrow, features), nn.Sigmoid()
        )

    def forward(self, x: Tensor) -> Tensor:
        """Weigh the channels of x."""
        spread, mean = torch.std_mean(x, dim=(2, 3), correction=0, keepdim=True)
        weights: Tensor = self.conv_du(spread + mean)
        return x * weights


class SpatialAttention(nn.Module):
    """An attention that weighs every value by its wide surroundings (enhanced spatial attention, ESA).

    A narrow copy of the features is shrunk (a strided convolution, then the maximum of 7x7 windows
    with stride 3), convolved, enlarged to the full size, added to the narrow copy, and turned into
    weights between 0 and 1. The small convolutions are named by `layers`; the activation is applied
    between them, not after the last.

    Shapes: (N, C, H, W) to the same; H and W at least 15, or the 7x7 windows do not fit.
    Source: Liu et al., "Residual Feature Aggregation Network", CVPR 2020; in this form
    Liu et al., ECCVW 2020, arXiv:2009.11551.
    """

    def __init__(
        self,
        features: int,
        narrow: int,
        *,
        layers: Sequence[str] = ("conv_max", "conv3", "conv3_"),
        activation: type[nn.Module] = nn.ReLU,
        pointwise: MakeLayer = conv1x1,
        conv: MakeLayer = conv3x3,
        shrink: MakeLayer = conv3x3,
    ) -> None:
        super().__init__()
        self.layers = tuple(layers)
        self.conv1 = pointwise(features, narrow)
        self.conv_f = pointwise(narrow, narrow)
        self.conv2 = shrink(narrow, narrow, stride=2, padding=0)
        for name in self.layers:
            self.add_module(name, conv(narrow, narrow))
        self.conv4 = pointwise(narrow, features)
        self.pool = nn.MaxPool2d(7, stride=3)
        self.act = activation()
        self.sigmoid = nn.Sigmoid()

    def forward(self, x: Tensor) -> Tensor:
        """Weigh every value of x."""
        narrow: Tensor = self.conv1(x)
        wide = self.pool(self.conv2(narrow))
        for name in self.layers[:-1]:
            wide = self.act(getattr(self, name)(wide))
        wide = getattr(self, self.layers[-1])(wide)
        wide = functional.interpolate(wide, x.shape[2:], mode="bilinear", align_corners=False)
        weights: Tensor = self.sigmoid(self.conv4(wide + self.conv_f(narrow)))
        return x * weights


class FeatureDistillation(nn.Module):
    """Three shallow residual steps; before each, half the channels are separated; all are fused.

    It is the body of the residual feature distillation block with its spatial attention. Blocks that
    add to it (another attention, a skip) are subclasses. Without `skips`, no step adds its input.

    Shapes: (N, C, H, W) to the same; H and W at least 15.
    Source: Liu et al., "Residual Feature Distillation Network for Lightweight Image
    Super-Resolution", ECCVW 2020, arXiv:2009.11551.
    """

    def __init__(
        self,
        features: int,
        *,
        activation: nn.Module,
        attention: SpatialAttention,
        pointwise: MakeLayer = conv1x1,
        conv: MakeLayer = conv3x3,
        skips: bool = True,
    ) -> None:
        super().__init__()
        kept = features // 2
        self.c1_d, self.c1_r = pointwise(features, kept), conv(features, features)
        self.c2_d, self.c2_r = pointwise(features, kept), conv(features, features)
        self.c3_d, self.c3_r = pointwise(features, kept), conv(features, features)
        self.c4 = conv(features, kept)
        self.c5 = pointwise(4 * kept, features)
        self.act = activation
        self.esa = attention
        self.skips = skips

    def forward(self, x: Tensor) -> Tensor:
        """Distil, fuse and weigh the features x."""
        kept = []
        steps = ((self.c1_d, self.c1_r), (self.c2_d, self.c2_r), (self.c3_d, self.c3_r))
        for distil, refine in steps:
            kept.append(self.act(distil(x)))
            x = self.act(refine(x) + x if self.skips else refine(x))
        kept.append(self.act(self.c4(x)))
        weighed: Tensor = self.esa(self.c5(torch.cat(kept, dim=1)))
        return weighed
