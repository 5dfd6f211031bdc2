"""CFSR: a transformer's layers with 9x9 depthwise convolutions in place of self-attention.

In training, three edge filters (two Sobel, one Laplacian) run beside the 3x3 depthwise convolution
of each feed-forward part; the published file and this network have the one convolution into which
they merge.

Source: Wu et al., "Transforming Image Super-Resolution: A ConvFormer-based Efficient Approach",
IEEE TIP 2024, arXiv:2401.05633.
"""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3, pixel_shuffle
from iqabench.models.layers.channel_norm import ChannelNorm
from iqabench.models.layers.shapes import Shapes, count, shuffled

MEAN_RGB = (0.4488, 0.4371, 0.4040)
"""Mean colour of DIV2K, subtracted before the network and added after it."""
_SMALLEST = 1e-6
"""The number that is added to variances."""


class LargeKernel(nn.Module):
    """A depthwise convolution with a large kernel.

    Shapes: (N, C, H, W) to the same.
    """

    def __init__(self, features: int, size: int) -> None:
        super().__init__()
        self.lkb_reparam = nn.Conv2d(features, features, size, padding=size // 2, groups=features)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve x."""
        y: Tensor = self.lkb_reparam(x)
        return y


class Mixer(nn.Module):
    """A spatial mixer: values are weighted by a large-kernel convolution of the same features.

    Shapes: (N, C, H, W) to the same.
    """

    def __init__(self, features: int, size: int) -> None:
        super().__init__()
        self.norm = ChannelNorm(features, smallest=_SMALLEST)
        self.a = nn.Sequential(conv1x1(features, features), nn.GELU(), LargeKernel(features, size))
        self.v = conv1x1(features, features)
        self.proj = conv1x1(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Mix the features x."""
        x = self.norm(x)
        y: Tensor = self.proj(self.a(x) * self.v(x))
        return y


class FeedForward(nn.Module):
    """A feed-forward part: wide features, a 3x3 depthwise convolution, narrow features (EFN, merged).

    Shapes: (N, C, H, W) to the same.
    """

    def __init__(self, features: int, ratio: int) -> None:
        super().__init__()
        wide = ratio * features
        self.norm = ChannelNorm(features, smallest=_SMALLEST)
        self.fc1 = conv1x1(features, wide)
        self.pos = nn.Conv2d(wide, wide, 3, padding=1, groups=wide)
        self.fc2 = conv1x1(wide, features)
        self.act = nn.GELU()

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        wide = self.act(self.fc1(self.norm(x)))
        y: Tensor = self.fc2(wide + self.act(self.pos(wide)))
        return y


class ConvFormer(nn.Module):
    """A mixer and a feed-forward part, each with a skip and a learned scale per channel.

    Shapes: (N, C, H, W) to the same.
    """

    def __init__(self, features: int, size: int, ratio: int) -> None:
        super().__init__()
        self.attn = Mixer(features, size)
        self.mlp = FeedForward(features, ratio)
        self.layer_scale_1 = nn.Parameter(torch.full((features,), 1e-6))
        self.layer_scale_2 = nn.Parameter(torch.full((features,), 1e-6))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        mixed: Tensor = x + self.layer_scale_1[:, None, None] * self.attn(x)
        y: Tensor = mixed + self.layer_scale_2[:, None, None] * self.mlp(mixed)
        return y


class ConvFormerGroup(nn.Module):
    """A chain of ConvFormer layers, then a 1x1 convolution with a skip.

    Shapes: (N, C, H, W) to the same.
    """

    def __init__(self, features: int, depth: int, size: int, ratio: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(ConvFormer(features, size, ratio) for _ in range(depth))
        self.conv = conv1x1(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        for block in self.blocks:
            x = block(x)
        y: Tensor = self.conv(x)
        return y + x


class CFSR(nn.Module):
    """Two groups of ConvFormer layers under one long skip, then a pixel shuffle.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    """

    mean: Tensor

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["upsample.0.bias"][0]),
            "features": shapes["conv_first.bias"][0],
            "depths": tuple(
                count(shapes, f"layers.{group}.blocks.#.attn.v.bias")
                for group in range(count(shapes, "layers.#.conv.bias"))
            ),
            "size": shapes["layers.0.blocks.0.attn.a.2.lkb_reparam.weight"][2],
            "ratio": shapes["layers.0.blocks.0.mlp.fc1.bias"][0] // shapes["conv_first.bias"][0],
        }

    def __init__(
        self,
        scale: int = 4,
        features: int = 48,
        depths: tuple[int, ...] = (6, 6),
        size: int = 9,
        ratio: int = 2,
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(MEAN_RGB)[:, None, None], persistent=False)
        self.conv_first = conv3x3(3, features)
        self.layers = nn.ModuleList(
            ConvFormerGroup(features, depth, size, ratio) for depth in depths
        )
        self.norm = ChannelNorm(features, smallest=_SMALLEST)
        self.conv_after_body = conv3x3(features, features)
        self.upsample = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge the images x."""
        shallow: Tensor = self.conv_first(x - self.mean)
        deep = shallow
        for group in self.layers:
            deep = group(deep)
        deep = self.conv_after_body(self.norm(deep)) + shallow
        output: Tensor = self.upsample(deep)
        return output + self.mean
