"""IAT by Cui et al.: a factor and an addend for every pixel, then one colour matrix and one gamma."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.windows import TokenNetwork

_DARKEST = 1e-8
"""The smallest value that is raised to the power gamma."""
_BLOCKS = 3
_QUERIES = 10
"""One query for gamma and nine for the colour matrix."""


class ColourNorm(nn.Module):
    """A normalisation without statistics: channels are mixed by a matrix, scaled and shifted.

    Shapes: (N, C, H, W), kept.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.alpha = nn.Parameter(torch.ones(1, 1, channels))
        self.beta = nn.Parameter(torch.zeros(1, 1, channels))
        self.color = nn.Parameter(torch.eye(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Return the normalised features x."""
        mixed = torch.tensordot(x, self.color, dims=([1], [1])).movedim(-1, 1)
        output: Tensor = mixed * self.alpha.view(1, -1, 1, 1) + self.beta.view(1, -1, 1, 1)
        return output


class PixelNetwork(nn.Module):
    """Two 1x1 convolutions with GELU between.

    Shapes: (N, C, H, W), kept.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.fc1 = conv1x1(channels, 4 * channels)
        self.act = nn.GELU()
        self.fc2 = conv1x1(4 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        output: Tensor = self.fc2(self.act(self.fc1(x)))
        return output


class AdjustmentBlock(nn.Module):
    """A block in the form of a transformer's, with a 5x5 convolution of each channel for its attention.

    Shapes: (N, C, H, W), kept.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.pos_embed = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.norm1 = ColourNorm(channels)
        self.conv1 = conv1x1(channels, channels)
        self.conv2 = conv1x1(channels, channels)
        self.attn = nn.Conv2d(channels, channels, 5, padding=2, groups=channels)
        self.norm2 = ColourNorm(channels)
        self.gamma_1 = nn.Parameter(torch.full((1, channels, 1, 1), 1e-4))
        self.gamma_2 = nn.Parameter(torch.full((1, channels, 1, 1), 1e-4))
        self.mlp = PixelNetwork(channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        x = x + self.pos_embed(x)
        x = x + self.gamma_1 * self.conv2(self.attn(self.conv1(self.norm1(x))))
        output: Tensor = x + self.gamma_2 * self.mlp(self.norm2(x))
        return output


class PixelAdjustment(nn.Module):
    """Two chains of blocks over the same features: one ends in a factor, the other in an addend.

    Shapes: (N, 3, H, W) to two of the same.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = conv3x3(3, features)
        self.relu = nn.LeakyReLU(0.2)
        self.mul_blocks = nn.Sequential(*(AdjustmentBlock(features) for _ in range(_BLOCKS)))
        self.add_blocks = nn.Sequential(*(AdjustmentBlock(features) for _ in range(_BLOCKS)))
        self.mul_end = nn.Sequential(conv3x3(features, 3), nn.ReLU())
        self.add_end = nn.Sequential(conv3x3(features, 3), nn.Tanh())

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the factor and the addend of every pixel of the image x."""
        shallow = self.relu(self.conv1(x))
        factor: Tensor = self.mul_end(self.mul_blocks(shallow) + shallow)
        addend: Tensor = self.add_end(self.add_blocks(shallow) + shallow)
        return factor, addend


class QueryAttention(nn.Module):
    """An attention whose queries are learned: each collects values from all tokens.

    Shapes: (N, tokens, C) to (N, queries, C).
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.heads = heads
        self.q = nn.Parameter(torch.ones(1, _QUERIES, channels))
        self.k = nn.Linear(channels, channels, bias=False)
        self.v = nn.Linear(channels, channels, bias=False)
        self.proj = nn.Linear(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return what the queries collect from the tokens x."""
        query, key, value = (
            part.unflatten(-1, (self.heads, -1)).transpose(1, 2)
            for part in (self.q, self.k(x), self.v(x))
        )
        weights = (query @ key.transpose(-2, -1) * query.shape[-1] ** -0.5).softmax(-1)
        collected: Tensor = self.proj((weights @ value).transpose(1, 2).flatten(2))
        return collected


class QueryBlock(nn.Module):
    """A transformer block from an image of features to ten queries.

    Shapes: (N, C, H, W) to (N, queries, C).
    """

    def __init__(self, channels: int, heads: int) -> None:
        super().__init__()
        self.pos_embed = nn.Conv2d(channels, channels, 3, padding=1, groups=channels)
        self.norm1 = nn.LayerNorm(channels)
        self.attn = QueryAttention(channels, heads)
        self.norm2 = nn.LayerNorm(channels)
        self.mlp = TokenNetwork(channels, 4 * channels)

    def forward(self, x: Tensor) -> Tensor:
        """Return the answers to the queries."""
        tokens = (x + self.pos_embed(x)).flatten(2).transpose(1, 2)
        answers = self.attn(self.norm1(tokens))
        output: Tensor = answers + self.mlp(self.norm2(answers))
        return output


class GlobalNetwork(nn.Module):
    """A network that looks at the whole image and says its gamma and its colour matrix.

    Shapes: (N, 3, H, W) to (N, 1) and (N, 3, 3).
    """

    def __init__(self, channels: int, heads: int, *, learns_gamma_base: bool) -> None:
        super().__init__()
        self.gamma_base = nn.Parameter(torch.ones(1), requires_grad=learns_gamma_base)
        self.color_base = nn.Parameter(torch.eye(3))
        layers = [
            conv3x3(3, channels // 2, stride=2),
            nn.BatchNorm2d(channels // 2),
            nn.GELU(),
            conv3x3(channels // 2, channels, stride=2),
            nn.BatchNorm2d(channels),
        ]
        self.conv_large = nn.ModuleDict({"proj": nn.Sequential(*layers)})
        self.generator = QueryBlock(channels, heads)
        self.gamma_linear = nn.Linear(channels, 1)
        self.color_linear = nn.Linear(channels, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the gamma and the colour matrix of the image x."""
        answers = self.generator(self.conv_large["proj"](x))
        gamma = self.gamma_linear(answers[:, 0]) + self.gamma_base
        matrix = self.color_linear(answers[:, 1:]).view(-1, 3, 3) + self.color_base
        return gamma, matrix


class IAT(nn.Module):
    """A brightened image: pixels times a factor plus an addend, then mixed by a matrix and raised to a gamma.

    With `normalised` the network is given 2 x - 1 instead of x, as its file for LOL v2 needs it. Without
    `learns_gamma_base` the base of gamma stays 1 (exposure correction).

    Shapes: (N, 3, H, W), kept.
    Range: 0..1.
    Source: Cui et al., "You Only Need 90K Parameters to Adapt Light", BMVC 2022, arXiv:2205.14871, section 3.
    """

    def __init__(
        self,
        features: int = 16,
        channels: int = 64,
        heads: int = 4,
        normalised: bool = False,
        learns_gamma_base: bool = True,
    ) -> None:
        super().__init__()
        self.normalised = normalised
        self.local_net = PixelAdjustment(features)
        self.global_net = GlobalNetwork(channels, heads, learns_gamma_base=learns_gamma_base)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image as it is under a good light."""
        if self.normalised:
            x = (x - 0.5) / 0.5
        factor, addend = self.local_net(x)
        gamma, matrix = self.global_net(x)
        mixed = torch.einsum("nji,nihw->njhw", matrix, x * factor + addend)
        lit: Tensor = mixed.clamp(_DARKEST, 1) ** gamma[:, :, None, None]
        return lit
