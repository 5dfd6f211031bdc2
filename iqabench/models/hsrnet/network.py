"""HSRNet by Liu et al.: three steps of an iterative solver, each followed by the same denoising chain."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate, max_pool2d

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.residual import mean_shifts
from iqabench.models.layers.shapes import Shapes, count, shuffled

_STEPS = 3


class LeakyConvolution(nn.Module):
    """A 3x3 convolution and a leaky ReLU."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(conv3x3(features, features), nn.LeakyReLU(inplace=True))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        output: Tensor = self.conv(x)
        return output


class HierarchicalConvolution(nn.Module):
    """Four quarters of the channels with 0 to 3 convolutions, each joined with the quarter before it."""

    def __init__(self, features: int) -> None:
        super().__init__()
        part = features // 4
        self.conv_in = LeakyConvolution(features)
        for letter, depth in zip("ABC", (1, 2, 3), strict=True):
            chain = nn.Sequential(*(LeakyConvolution(part) for _ in range(depth)))
            self.add_module(f"conv{letter}_0", chain)
            self.add_module(f"conv{letter}_1", conv1x1(2 * part, part))
        self.conv_out = conv3x3(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        first, *others = self.conv_in(x).chunk(4, dim=1)
        parts = [first]
        for letter, part in zip("ABC", others, strict=True):
            deep = getattr(self, f"conv{letter}_0")(part)
            parts.append(getattr(self, f"conv{letter}_1")(torch.cat([deep, parts[-1]], dim=1)))
        change: Tensor = self.conv_out(torch.cat(parts, dim=1))
        return change + x


class MultiScaleAttention(nn.Module):
    """An attention from three narrow copies of the features."""

    def __init__(self, features: int) -> None:
        super().__init__()
        part = features // 4
        self.conv_in = conv1x1(features, 3 * part)
        self.conv_1x1 = LeakyConvolution(part)
        self.conv_2x2 = LeakyConvolution(part)
        self.conv_4x4 = LeakyConvolution(part)
        self.conv_out = conv1x1(3 * part, features)

    def forward(self, x: Tensor) -> Tensor:
        """Weigh every value of x.

        Shapes: (N, features, H, W), kept; H and W at least 2.
        """
        full, half, quarter = self.conv_in(x).chunk(3, dim=1)
        half = self.conv_2x2(max_pool2d(half, 2))
        half = interpolate(half, x.shape[2:], mode="bilinear", align_corners=False)
        # Paper: this copy has a quarter of the size. Authors' code: it is not made smaller.
        parts = [self.conv_1x1(full), half, self.conv_4x4(quarter)]
        weights: Tensor = self.conv_out(torch.cat(parts, dim=1)).sigmoid()
        return weights * x


class HierarchicalBlock(nn.Module):
    """A hierarchical convolution, then attention over scales."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(HierarchicalConvolution(features), MultiScaleAttention(features))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        output: Tensor = self.conv(x)
        return output


class WideShuffle(nn.Module):
    """A 3x3 convolution whose channels are laid out as scale x scale pixels."""

    def __init__(self, features: int, scale: int) -> None:
        super().__init__()
        self.conv = conv3x3(features, 3 * scale**2)
        self.upsample = nn.PixelShuffle(scale)

    def forward(self, x: Tensor) -> Tensor:
        """Return an image.

        Shapes: (N, features, H, W) to (N, 3, scale H, scale W).
        """
        image: Tensor = self.upsample(self.conv(x))
        return image


class HSRNet(nn.Module):
    """Three steps of solver and denoiser, which share their weights.

    The published files hold the denoiser under two names, `body` and `Denoiser`; it is one module.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); H and W at least 2.
    Range: 0..255.
    Source: Liu et al., "Hierarchical Similarity Learning for Aliasing Suppression Image Super-Resolution",
    TNNLS 2022, arXiv:2206.03361.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["tail.1.conv.bias"][0]),
            "blocks": count(shapes, "body.#.conv.0.conv_out.weight"),
            "features": shapes["head.0.bias"][0],
        }

    def __init__(self, scale: int, blocks: int = 10, features: int = 64) -> None:
        super().__init__()
        # The authors' way of freezing the mean colour has no effect: it is trained, and may have moved.
        self.sub_mean, self.add_mean = mean_shifts(trained=True)
        self.head = nn.Sequential(conv3x3(3, features))
        self.Trans = nn.Sequential(
            conv3x3(features, features), nn.LeakyReLU(inplace=True), conv3x3(features, features)
        )
        self.SolverLS = nn.Sequential(
            conv1x1(2 * features, features),
            conv3x3(features, features),
            nn.LeakyReLU(inplace=True),
            conv3x3(features, features),
        )
        chain = [HierarchicalBlock(features) for _ in range(blocks)]
        self.body = nn.Sequential(*chain, conv3x3(features, features))
        self.Denoiser = self.body
        self.tail = nn.Sequential(conv3x3(features, features), WideShuffle(features, scale))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.head(self.sub_mean(x))
        observed = estimate = self.Trans(shallow) + shallow
        for _ in range(_STEPS):
            estimate = self.SolverLS(torch.cat([estimate, observed], dim=1)) + estimate
            estimate = self.Denoiser(estimate) + estimate
        restored: Tensor = self.add_mean(self.tail(estimate))
        return restored
