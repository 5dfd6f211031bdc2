"""Self-attention in windows, plain and shifted, as Swin Transformers have it."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

_COMPUTED = (".attn_mask", ".relative_position_index")
"""The tensors of published files that follow from sizes and are computed here."""


def without_computed(state: dict[str, Tensor]) -> dict[str, Tensor]:
    """Return published weights without the masks and the indices of windows, which follow from sizes."""
    return {name: tensor for name, tensor in state.items() if not name.endswith(_COMPUTED)}


def cut(x: Tensor, side: int) -> Tensor:
    """Return the windows of an image of tokens.

    Shapes: (N, H, W, C) to (N, windows, side^2, C); H and W multiples of side.
    """
    rows, columns = x.shape[1] // side, x.shape[2] // side
    grid = x.view(len(x), rows, side, columns, side, -1)
    return grid.transpose(2, 3).reshape(len(x), rows * columns, side**2, -1)


def join(windows: Tensor, side: int, height: int, width: int) -> Tensor:
    """Return the image of tokens whose windows these are (see `cut`)."""
    grid = windows.view(len(windows), height // side, width // side, side, side, -1)
    return grid.transpose(2, 3).reshape(len(windows), height, width, -1)


def shift_mask(height: int, width: int, side: int, shift: int, device: torch.device) -> Tensor:
    """Return -100 for pairs of tokens of a shifted window that are no neighbours in the image, else 0.

    Shapes: (windows, side^2, side^2).
    """
    regions = [
        torch.bucketize(
            torch.arange(length, device=device),
            torch.tensor([length - side, length - shift], device=device),
            right=True,
        )
        for length in (height, width)
    ]
    region = (3 * regions[0][:, None] + regions[1]).to(torch.float32)
    numbers = cut(region[None, :, :, None], side)[0, :, :, 0]
    return torch.where(numbers[:, :, None] == numbers[:, None], 0.0, -100.0)


def relative_positions(side: int, device: torch.device) -> Tensor:
    """Return the number of the relative position of every pair of tokens of a window.

    Shapes: (side^2, side^2); values from 0 to (2 side - 1)^2 - 1.
    """
    places = torch.arange(side, device=device)
    apart = places[:, None] - places + side - 1
    index = apart[:, None, :, None] * (2 * side - 1) + apart[None, :, None, :]
    return index.reshape(side**2, side**2)


class WindowAttention(nn.Module):
    """Self-attention within windows, with a learned bias for every relative position.

    `qkv` makes queries, keys and values of tokens, (..., C) to (..., 3 C); None for one linear layer.

    Source: Liu et al., "Swin Transformer", ICCV 2021, arXiv:2103.14030, section 3.2.
    """

    def __init__(self, channels: int, side: int, heads: int, qkv: nn.Module | None = None) -> None:
        super().__init__()
        self.side, self.heads = side, heads
        table = torch.zeros((2 * side - 1) ** 2, heads)
        self.relative_position_bias_table = nn.Parameter(nn.init.trunc_normal_(table, std=0.02))
        self.qkv = qkv if qkv is not None else nn.Linear(channels, 3 * channels)
        self.proj = nn.Linear(channels, channels)

    def forward(self, windows: Tensor, mask: Tensor | None) -> Tensor:
        """Return what the tokens see.

        Shapes: (N, windows, side^2, C), kept; the mask (windows, side^2, side^2).
        """
        # To (3, N, windows, heads, side^2, C / heads).
        parts = self.qkv(windows).unflatten(-1, (3, self.heads, -1)).movedim(3, 0).transpose(3, 4)
        query, key, value = parts
        likeness = (query * query.shape[-1] ** -0.5) @ key.transpose(-2, -1) + self._bias()
        if mask is not None:
            likeness = likeness + mask[:, None]
        seen: Tensor = self.proj((likeness.softmax(-1) @ value).transpose(2, 3).flatten(3))
        return seen

    def _bias(self) -> Tensor:
        """Return the bias of every pair of tokens.

        Shapes: (heads, side^2, side^2).
        """
        table = self.relative_position_bias_table
        return table[relative_positions(self.side, table.device)].movedim(-1, 0)


class TokenNetwork(nn.Module):
    """Two linear layers with GELU between, for every token."""

    def __init__(self, channels: int, hidden: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(channels, hidden)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(hidden, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x.

        Shapes: (..., C), kept.
        """
        output: Tensor = self.fc2(self.act(self.fc1(x)))
        return output


class SwinBlock(nn.Module):
    """Attention in windows and a network for every token, each added to its input."""

    def __init__(self, channels: int, side: int, heads: int, shift: int) -> None:
        super().__init__()
        self.side, self.shift = side, shift
        self.norm1 = nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, side, heads)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = TokenNetwork(channels, 2 * channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x.

        Shapes: (N, H, W, C), kept; H and W multiples of the side of the windows.
        """
        height, width = x.shape[1:3]
        mask = None
        tokens = self.norm1(x)
        if self.shift:
            tokens = tokens.roll((-self.shift, -self.shift), dims=(1, 2))
            mask = shift_mask(height, width, self.side, self.shift, x.device)
        seen = join(self.attn(cut(tokens, self.side), mask), self.side, height, width)
        x = x + (seen.roll((self.shift, self.shift), dims=(1, 2)) if self.shift else seen)
        output: Tensor = x + self.mlp(self.norm2(x))
        return output


class SwinGroup(nn.Module):
    """Swin blocks, every second one shifted, and a last layer; the result is added to the input.

    `last` makes the last layer, of images, from the number of channels.
    """

    def __init__(
        self, channels: int, depth: int, heads: int, side: int, last: Callable[[int], nn.Module]
    ) -> None:
        super().__init__()
        blocks = [
            SwinBlock(channels, side, heads, side // 2 if number % 2 else 0)
            for number in range(depth)
        ]
        self.residual_group = nn.ModuleDict({"blocks": nn.Sequential(*blocks)})
        self.conv = last(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x.

        Shapes: (N, H, W, C), kept.
        """
        deep = self.residual_group["blocks"](x)
        change: Tensor = self.conv(deep.movedim(3, 1))
        return change.movedim(1, 3) + x
