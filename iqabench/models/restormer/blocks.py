"""The transformer block of Restormer, and the layers that change the size of features."""

import torch
from torch import Tensor, nn
from torch.nn.functional import gelu, normalize

from iqabench.models.layers.blocks import plain3x3, pointwise
from iqabench.models.layers.channel_norm import ChannelNorm


class TransposedAttention(nn.Module):
    """Self-attention between channels: what a pair of them shares over the whole image (the paper's MDTA)."""

    def __init__(self, features: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.temperature = nn.Parameter(torch.ones(heads, 1, 1))
        self.qkv = pointwise(features, 3 * features)
        self.qkv_dwconv = plain3x3(3 * features, 3 * features, groups=3 * features)
        self.project_out = pointwise(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        parts = self.qkv_dwconv(self.qkv(x)).flatten(2).unflatten(1, (3, self.heads, -1))
        query, key, value = parts.unbind(1)
        likeness = normalize(query, dim=-1) @ normalize(key, dim=-1).transpose(-2, -1)
        seen = (likeness * self.temperature).softmax(-1) @ value
        output: Tensor = self.project_out(seen.flatten(1, 2).view_as(x))
        return output


class GatedLayers(nn.Module):
    """A network for every pixel and its neighbours, half of which gates the other half (the paper's GDFN)."""

    def __init__(self, features: int, hidden: int) -> None:
        super().__init__()
        self.project_in = pointwise(features, 2 * hidden)
        self.dwconv = plain3x3(2 * hidden, 2 * hidden, groups=2 * hidden)
        self.project_out = pointwise(hidden, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        gate, content = self.dwconv(self.project_in(x)).chunk(2, dim=1)
        output: Tensor = self.project_out(gelu(gate) * content)
        return output


class TransposedBlock(nn.Module):
    """Attention and a gated network, each added to its input."""

    def __init__(self, features: int, heads: int, expansion: float, *, centred: bool) -> None:
        super().__init__()
        self.norm1 = nn.ModuleDict({"body": ChannelNorm(features, centred=centred)})
        self.attn = TransposedAttention(features, heads)
        self.norm2 = nn.ModuleDict({"body": ChannelNorm(features, centred=centred)})
        self.ffn = GatedLayers(features, int(features * expansion))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        x = x + self.attn(self.norm1["body"](x))
        output: Tensor = x + self.ffn(self.norm2["body"](x))
        return output


class Resizing(nn.Module):
    """A convolution and a rearrangement of pixels that halve or double the size of features."""

    def __init__(self, convolution: nn.Conv2d, rearrangement: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(convolution, rearrangement)

    def forward(self, x: Tensor) -> Tensor:
        """Change the size of the features x."""
        output: Tensor = self.body(x)
        return output


def halving(features: int) -> Resizing:
    """Return a layer that halves height and width and doubles the channels."""
    return Resizing(plain3x3(features, features // 2), nn.PixelUnshuffle(2))


def doubling(features: int) -> Resizing:
    """Return a layer that doubles height and width and halves the channels."""
    return Resizing(plain3x3(features, 2 * features), nn.PixelShuffle(2))
