"""The transformer block of Uformer, and the layers that change the size of an image of tokens."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.windows import WindowAttention, cut, join, shift_mask


class SeparateProjections(nn.Module):
    """The layers that make queries, and keys with values, of tokens."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.to_q = nn.Linear(channels, channels)
        self.to_kv = nn.Linear(channels, 2 * channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return queries, keys and values, one after the other.

        Shapes: (..., C) to (..., 3 C).
        """
        return torch.cat([self.to_q(x), self.to_kv(x)], dim=-1)


class MixingNetwork(nn.Module):
    """A network for every token, between whose layers neighbours are mixed (the paper's LeFF)."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        hidden = 4 * channels
        mixing = nn.Conv2d(hidden, hidden, 3, padding=1, groups=hidden)
        self.linear1 = nn.Sequential(nn.Linear(channels, hidden), nn.GELU())
        self.dwconv = nn.Sequential(mixing, nn.GELU())
        self.linear2 = nn.Sequential(nn.Linear(hidden, channels))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x.

        Shapes: (N, H, W, C), kept.
        """
        mixed = self.dwconv(self.linear1(x).movedim(3, 1))
        output: Tensor = self.linear2(mixed.movedim(1, 3))
        return output


class LocalWindowBlock(nn.Module):
    """Attention in windows and a local network, each added to its input (the paper's LeWin block).

    With `modulated` each place of a window has a learned vector that is added to its tokens.
    """

    def __init__(
        self, channels: int, heads: int, side: int, shift: int, *, modulated: bool
    ) -> None:
        super().__init__()
        self.side, self.shift = side, shift
        self.modulator = nn.Embedding(side**2, channels) if modulated else None
        self.norm1 = nn.LayerNorm(channels)
        self.attn = WindowAttention(channels, side, heads, SeparateProjections(channels))
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = MixingNetwork(channels)

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
        windows = cut(tokens, self.side)
        if self.modulator is not None:
            windows = windows + self.modulator.weight
        seen = join(self.attn(windows, mask), self.side, height, width)
        x = x + (seen.roll((self.shift, self.shift), dims=(1, 2)) if self.shift else seen)
        output: Tensor = x + self.mlp(self.norm2(x))
        return output


class WindowLevel(nn.Module):
    """Transformer blocks; every second one is shifted by half a window if `shifted`."""

    def __init__(
        self, channels: int, depth: int, heads: int, side: int, *, shifted: bool, modulated: bool
    ) -> None:
        super().__init__()
        shifts = [side // 2 if shifted and number % 2 else 0 for number in range(depth)]
        self.blocks = nn.Sequential(
            *(
                LocalWindowBlock(channels, heads, side, shift, modulated=modulated)
                for shift in shifts
            )
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x.

        Shapes: (N, H, W, C), kept.
        """
        output: Tensor = self.blocks(x)
        return output


class OnImages(nn.Module):
    """A convolution of the image of tokens; its published name is `name`, `activated` adds an activation."""

    def __init__(self, name: str, convolution: nn.Module, *, activated: bool = False) -> None:
        super().__init__()
        self.name = name
        activation = [nn.LeakyReLU(inplace=True)] if activated else []
        self.add_module(name, nn.Sequential(convolution, *activation))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x.

        Shapes: (N, H, W, C) to (N, H', W', C').
        """
        image: Tensor = self.get_submodule(self.name)(x.movedim(3, 1))
        return image.movedim(1, 3)
