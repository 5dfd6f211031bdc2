"""SCUNet by Zhang et al.: half of the channels are convolved, the others look around in windows."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1
from iqabench.models.layers.shapes import Shapes, count
from iqabench.models.layers.sum_unet import SumUNet, doubling, halving
from iqabench.models.layers.windows import cut, join, relative_positions, shift_mask

_SIDE = 8
"""The side of the windows of attention."""
_HEAD = 32
"""The channels of each head of attention."""


class WindowView(nn.Module):
    """Self-attention within windows of 8x8 tokens; with `shifted` the windows lie across the others' corners.

    Shapes: (N, H, W, C), kept; H and W multiples of 8.
    """

    def __init__(self, channels: int, *, shifted: bool) -> None:
        super().__init__()
        self.shift = _SIDE // 2 if shifted else 0
        heads = channels // _HEAD
        table = torch.zeros(heads, 2 * _SIDE - 1, 2 * _SIDE - 1)
        self.relative_position_params = nn.Parameter(nn.init.trunc_normal_(table, std=0.02))
        self.embedding_layer = nn.Linear(channels, 3 * channels)
        self.linear = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the tokens x see."""
        height, width = x.shape[1:3]
        windows = cut(x.roll((-self.shift, -self.shift), dims=(1, 2)), _SIDE)
        # To (3, N, windows, heads, side^2, head).
        parts = self.embedding_layer(windows).unflatten(-1, (3, -1, _HEAD))
        query, key, value = parts.movedim(3, 0).transpose(3, 4)
        bias = self.relative_position_params.flatten(1)[:, relative_positions(_SIDE, x.device)]
        likeness = query @ key.transpose(-2, -1) * _HEAD**-0.5 + bias
        if self.shift:
            mask = shift_mask(height, width, _SIDE, self.shift, x.device)
            likeness = likeness.masked_fill(mask[:, None] < 0, float("-inf"))
        seen = self.linear((likeness.softmax(-1) @ value).transpose(2, 3).flatten(3))
        return join(seen, _SIDE, height, width).roll((self.shift, self.shift), dims=(1, 2))


class WindowBlock(nn.Module):
    """Attention in windows and a network for every token, each added to its input.

    Shapes: (N, H, W, C), kept; H and W multiples of 8.
    """

    def __init__(self, channels: int, *, shifted: bool) -> None:
        super().__init__()
        self.ln1 = nn.LayerNorm(channels)
        self.msa = WindowView(channels, shifted=shifted)
        self.ln2 = nn.LayerNorm(channels)
        layers = (nn.Linear(channels, 4 * channels), nn.GELU(), nn.Linear(4 * channels, channels))
        self.mlp = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x."""
        x = x + self.msa(self.ln1(x))
        output: Tensor = x + self.mlp(self.ln2(x))
        return output


class SplitBlock(nn.Module):
    """A block that convolves half of the channels and attends in windows in the others (SC block).

    Shapes: (N, C, H, W), kept; H and W multiples of 8.
    """

    def __init__(self, channels: int, *, shifted: bool) -> None:
        super().__init__()
        half = channels // 2
        self.conv1_1 = conv1x1(channels, channels)
        self.trans_block = WindowBlock(half, shifted=shifted)
        first, second = (nn.Conv2d(half, half, 3, padding=1, bias=False) for _ in range(2))
        self.conv_block = nn.Sequential(first, nn.ReLU(inplace=True), second)
        self.conv1_2 = conv1x1(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        convolved, seen = self.conv1_1(x).chunk(2, dim=1)
        convolved = self.conv_block(convolved) + convolved
        seen = self.trans_block(seen.movedim(1, 3)).movedim(3, 1)
        output: Tensor = x + self.conv1_2(torch.cat([convolved, seen], dim=1))
        return output


class SCUNet(SumUNet):
    """A U-Net of blocks with windows and convolutions; every second block has shifted windows.

    Shapes: (N, channels, H, W), kept.
    Range: 0..1.
    Source: Zhang et al., "Practical Blind Image Denoising via Swin-Conv-UNet and Data Synthesis", Machine
    Intelligence Research 20, 2023, arXiv:2203.13278, section 3.1.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        features, channels = shapes["m_head.0.weight"][:2]
        blocks = count(shapes, "m_body.#.conv1_1.weight")
        return {"channels": channels, "features": features, "blocks": blocks}

    def __init__(
        self, channels: int = 3, features: int = 64, blocks: int = 4, levels: int = 3
    ) -> None:
        widths = [features * 2**level for level in range(levels + 1)]
        steps = list(pairwise(widths))
        super().__init__(
            head=nn.Sequential(nn.Conv2d(channels, features, 3, padding=1, bias=False)),
            downs=[_chain(fine, blocks, last=halving(fine, coarse)) for fine, coarse in steps],
            body=_chain(widths[-1], blocks),
            ups=[_chain(fine, blocks, first=doubling(coarse, fine)) for fine, coarse in steps],
            tail=nn.Sequential(nn.Conv2d(features, channels, 3, padding=1, bias=False)),
            multiple=_SIDE * 2**levels,
        )


def _chain(
    channels: int, blocks: int, first: nn.Module | None = None, last: nn.Module | None = None
) -> nn.Sequential:
    """Return a chain of blocks, with a layer before or behind them that changes their size."""
    layers: Sequence[nn.Module | None] = (
        first,
        *(SplitBlock(channels, shifted=number % 2 == 1) for number in range(blocks)),
        last,
    )
    return nn.Sequential(*(layer for layer in layers if layer is not None))
