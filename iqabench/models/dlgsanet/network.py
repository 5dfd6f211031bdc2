"""DLGSANet by Li et al.: groups of local and global attention in turn."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import layer_norm

from iqabench.models.dlgsanet.attention import (
    DynamicLocalAttention,
    GatedNetwork,
    SparseGlobalAttention,
)
from iqabench.models.layers.blocks import conv3x3, pixel_shuffle
from iqabench.models.layers.residual import DIV2K_MEAN
from iqabench.models.layers.shapes import Shapes, count, shuffled


class PixelNorm(nn.Module):
    """A layer norm over the channels of every pixel."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.body = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Normalise the features x.

        Shapes: (N, channels, H, W), kept.
        """
        norm = self.body
        tokens = layer_norm(x.movedim(1, 3), norm.normalized_shape, norm.weight, norm.bias)
        return tokens.movedim(3, 1)


class LocalBlock(nn.Module):
    """Local attention and a gated network, each normalised before and added to its input."""

    def __init__(self, channels: int, kernel: int, sharing: int) -> None:
        super().__init__()
        self.norm1 = PixelNorm(channels)
        self.IDynamicDWConv = DynamicLocalAttention(channels, kernel, sharing)
        self.norm2 = PixelNorm(channels)
        self.IDynamic_ffn = GatedNetwork(channels, 2 * channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        x = x + self.IDynamicDWConv(self.norm1(x))
        output: Tensor = x + self.IDynamic_ffn(self.norm2(x))
        return output


class GlobalBlock(nn.Module):
    """Global attention and a gated network, each normalised before and added to its input."""

    def __init__(self, channels: int, heads: int, window: int) -> None:
        super().__init__()
        self.norm3 = PixelNorm(channels)
        self.restormer_attn = SparseGlobalAttention(channels, heads, window)
        self.norm4 = PixelNorm(channels)
        self.restormer_ffn = GatedNetwork(channels, 2 * channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        x = x + self.restormer_attn(self.norm3(x))
        output: Tensor = x + self.restormer_ffn(self.norm4(x))
        return output


class HybridGroup(nn.Module):
    """Local and global blocks in turn and a convolution, added to the input."""

    def __init__(self, channels: int, blocks: int, kernel: int, heads: int, window: int) -> None:
        super().__init__()
        layers: list[nn.Module] = []
        for _ in range(blocks):
            layers += [
                LocalBlock(channels, kernel, heads),
                GlobalBlock(channels, heads, window),
            ]
        self.body = nn.Sequential(*layers, conv3x3(channels, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        change: Tensor = self.body(x)
        return change + x


class DLGSANet(nn.Module):
    """Groups of hybrid blocks between two convolutions and a shuffling tail.

    `window` is the side of the windows of the global attention: the size of the training patches.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0 to 1.
    Source: Li et al., "DLGSANet: Lightweight Dynamic Local and Global Self-Attention Network for Image
    Super-Resolution", ICCV 2023, arXiv:2301.02031.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        scale = shuffled(shapes["upsample.0.bias"][0])
        body = "deep_feature_extraction"
        return {
            "scale": scale,
            "channels": shapes["overlap_embed.0.proj.weight"][0],
            "groups": count(shapes, f"{body}.#.body.0.norm1.body.bias"),
            "blocks": count(shapes, f"{body}.0.body.#.norm1.body.bias"),
            "heads": shapes[f"{body}.0.body.1.restormer_attn.temperature"][0],
            "window": {2: 96, 3: 72, 4: 48}[scale],
        }

    mean: Tensor

    def __init__(
        self,
        scale: int,
        channels: int = 48,
        groups: int = 4,
        blocks: int = 3,
        heads: int = 6,
        kernel: int = 7,
        window: int = 48,
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(DIV2K_MEAN).view(1, 3, 1, 1), persistent=False)
        first = nn.Conv2d(3, channels, 3, padding=1, bias=False)
        self.overlap_embed = nn.Sequential(nn.ModuleDict({"proj": first}))
        chain = [HybridGroup(channels, blocks, kernel, heads, window) for _ in range(groups)]
        self.deep_feature_extraction = nn.Sequential(*chain, conv3x3(channels, channels))
        self.upsample = pixel_shuffle(channels, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.get_submodule("overlap_embed.0.proj")(x - self.mean)
        restored: Tensor = self.upsample(self.deep_feature_extraction(shallow) + shallow)
        return restored + self.mean
