"""The attention of Retinexformer: channels attend to channels, and their values are weighed by the light."""

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import normalize


class LightAttention(nn.Module):
    """Self-attention between channels, whose values are multiplied by features of the illumination.

    Shapes: tokens (N, H, W, C) and features of the light of the same shape, to (N, H, W, C).
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.to_q = nn.Linear(channels, channels, bias=False)
        self.to_k = nn.Linear(channels, channels, bias=False)
        self.to_v = nn.Linear(channels, channels, bias=False)
        self.rescale = nn.Parameter(torch.ones(heads, 1, 1))
        self.proj = nn.Linear(channels, channels)
        self.pos_emb = nn.Sequential(_by_channel(channels), nn.GELU(), _by_channel(channels))

    def forward(self, x: Tensor, light: Tensor) -> Tensor:
        """Return what the channels of x see."""
        values = self.to_v(x)
        query = normalize(self._by_head(self.to_q(x)), dim=-1)
        key = normalize(self._by_head(self.to_k(x)), dim=-1)
        likeness = (key @ query.transpose(-2, -1) * self.rescale).softmax(-1)
        seen = likeness @ self._by_head(values * light)
        seen = self.proj(seen.flatten(1, 2).transpose(1, 2).view_as(x))
        output: Tensor = seen + self.pos_emb(values.movedim(3, 1)).movedim(1, 3)
        return output

    def _by_head(self, tokens: Tensor) -> Tensor:
        """Return tokens as channels of all places: (N, H, W, C) to (N, heads, C / heads, H W)."""
        planes = tokens.flatten(1, 2).transpose(1, 2)
        return planes.reshape(len(planes), self.heads, -1, planes.shape[2])


class PlaceNetwork(nn.Module):
    """Three convolutions over normalised tokens; the middle one sees the neighbours, channel by channel.

    Shapes: (N, H, W, C), kept.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        wide = 4 * channels
        layers = nn.Sequential(
            nn.Conv2d(channels, wide, 1, bias=False),
            nn.GELU(),
            _by_channel(wide),
            nn.GELU(),
            nn.Conv2d(wide, channels, 1, bias=False),
        )
        self.fn = nn.ModuleDict({"net": layers})
        self.norm = nn.LayerNorm(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x."""
        output: Tensor = self.fn["net"](self.norm(x).movedim(3, 1))
        return output.movedim(1, 3)


class LightBlocks(nn.Module):
    """Blocks of attention guided by the light, each followed by a network (the paper's IGAB).

    Shapes: features (N, C, H, W) and features of the light of the same shape, to (N, C, H, W).
    """

    def __init__(self, channels: int, heads: int, number: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(
            nn.ModuleList([LightAttention(channels, heads), PlaceNetwork(channels)])
            for _ in range(number)
        )

    def forward(self, x: Tensor, light: Tensor) -> Tensor:
        """Transform the features x under this light."""
        tokens, light = x.movedim(1, 3), light.movedim(1, 3)
        for block in self.blocks:
            attention, network = cast(nn.ModuleList, block)
            tokens = tokens + attention(tokens, light)
            tokens = tokens + network(tokens)
        return tokens.movedim(3, 1)


def _by_channel(channels: int) -> nn.Conv2d:
    """Return a 3x3 convolution of each channel by itself, without bias."""
    return nn.Conv2d(channels, channels, 3, padding=1, bias=False, groups=channels)
