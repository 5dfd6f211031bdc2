"""HPINet by Liu et al.: pixels are integrated from the most similar patch, then inside each patch.

Source: Liu et al., "From Coarse to Fine: Hierarchical Pixel Integration for Lightweight Image
Super-Resolution", AAAI 2023, arXiv:2211.16776.
"""

from collections.abc import Sequence
from itertools import cycle, islice
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.hpinet.patches import cut, join
from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.shapes import Shapes, count, shuffled

_LAYERS = 3
"""The number of layers of attention in a block."""
_NOT_ITSELF = 100
"""The similarity that is subtracted where a patch meets itself: another patch is chosen, if there is one."""


class Attention(nn.Module):
    """An attention of one head, from tokens to themselves or to those of another patch.

    Shapes: (N, tokens, features) to the same.
    """

    def __init__(self, features: int, narrow: int) -> None:
        super().__init__()
        self.to_q = nn.Linear(features, narrow, bias=False)
        self.to_k = nn.Linear(features, narrow, bias=False)
        self.to_v = nn.Linear(features, features, bias=False)

    def forward(self, x: Tensor, other: Tensor | None = None) -> Tensor:
        """Gather values of `other`, or of x itself, for each token of x."""
        looked_at = x if other is None else other
        query, key = self.to_q(x), self.to_k(looked_at)
        weights = torch.softmax(query @ key.transpose(1, 2) * query.shape[2] ** -0.5, dim=2)
        out: Tensor = weights @ self.to_v(looked_at)
        return out


class TokenFeedForward(nn.Module):
    """Two linear layers with GELU between them.

    Shapes: (N, tokens, features) to the same.
    """

    def __init__(self, features: int, wide: int) -> None:
        super().__init__()
        self.fc1 = nn.Linear(features, wide)
        self.act = nn.GELU()
        self.fc2 = nn.Linear(wide, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the tokens x."""
        out: Tensor = self.fc2(self.act(self.fc1(x)))
        return out


class Normalised(nn.Module):
    """A layer whose input is normalised over its features; what it looks at besides is not.

    Shapes: (N, tokens, features) to the same.
    """

    def __init__(self, features: int, layer: nn.Module) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(features)
        self.fn = layer

    def forward(self, x: Tensor, *others: Tensor) -> Tensor:
        """Transform the tokens x."""
        out: Tensor = self.fn(self.norm(x), *others)
        return out


class PatchLayer(nn.ModuleList):
    """An attention and a feed-forward part, each with a skip.

    Shapes: (N, tokens, features) to the same.
    """

    def __init__(self, features: int, narrow: int, wide: int) -> None:
        attention = Normalised(features, Attention(features, narrow))
        super().__init__([attention, Normalised(features, TokenFeedForward(features, wide))])

    def forward(self, x: Tensor, *others: Tensor) -> Tensor:
        """Transform the tokens x, which look at others if there are any."""
        x = x + self[0](x, *others)
        out: Tensor = x + self[1](x)
        return out


class PatchBlock(nn.Module):
    """Layers of attention: the first to the most similar patch, the others inside the patch.

    Shapes: (N, tokens, features) twice, to (N, tokens, features).
    """

    def __init__(self, features: int, narrow: int, wide: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(PatchLayer(features, narrow, wide) for _ in range(_LAYERS))

    def forward(self, x: Tensor, similar: Tensor) -> Tensor:
        """Transform the patches x, each with its similar one."""
        x = self.layers[0](x, similar)
        for layer in self.layers[1:]:
            x = layer(x)
        return x


class Match(nn.Module):
    """The choice of the most similar other patch, by the normalised means of patches.

    Shapes: (N, patches, tokens, features) to the same.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.norm = nn.LayerNorm(features)

    def forward(self, patches: Tensor) -> Tensor:
        """Return, in the place of each patch, the patch that is most similar to it."""
        images, number, _, features = patches.shape
        means = self.norm(patches.mean(dim=2))
        similarity = means @ means.transpose(1, 2) * features**-0.5
        similarity = similarity - _NOT_ITSELF * torch.eye(number, device=patches.device)
        chosen = similarity.argmax(dim=2)
        return patches[torch.arange(images, device=patches.device)[:, None], chosen]


class HPINet(nn.Module):
    """Blocks that work on patches of growing sizes, then a pixel shuffle and the enlarged input.

    `patches` are the sides of patches of one block after the other, from the beginning again when they end.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); H and W at least the side of the largest patch.
    Range: 0..1.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes.

        Sides of patches are those of the published networks with as many blocks.
        """
        features, blocks = shapes["first_conv.bias"][0], count(shapes, "mid_convs.#.weight")
        one_step = shapes.get("upconv.bias")
        return {
            "scale": shuffled(one_step[0], features) if one_step else 4,
            "features": features,
            "narrow": shapes["blocks.0.layers.0.0.fn.to_q.weight"][0],
            "wide": shapes["blocks.0.layers.0.1.fn.fc1.bias"][0],
            "blocks": blocks,
            "patches": [12, 14, 16, 20, 24] if blocks == 10 else [12, 16, 20, 24],
        }

    def __init__(
        self,
        scale: int,
        features: int,
        narrow: int,
        wide: int,
        blocks: int,
        patches: Sequence[int],
    ) -> None:
        super().__init__()
        self.scale = scale
        self.sides = list(islice(cycle(patches), blocks))
        self.first_conv = conv3x3(3, features)
        self.cross_match = nn.ModuleList(Match(features) for _ in self.sides)
        self.blocks = nn.ModuleList(PatchBlock(features, narrow, wide) for _ in self.sides)
        self.mid_convs = nn.ModuleList(conv3x3(features, features) for _ in self.sides)
        self.steps = {"upconv1": 2, "upconv2": 2} if scale == 4 else {"upconv": scale}
        for name, step in self.steps.items():
            self.add_module(name, conv3x3(features, features * step**2))
        self.last_conv = conv3x3(features, 3)
        self.act = nn.LeakyReLU(0.1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        features = self.first_conv(x)
        for number in range(len(self.sides)):
            features = features + self._change(features, number)
        for name, step in self.steps.items():
            shuffled_up = functional.pixel_shuffle(getattr(self, name)(features), step)
            features = self.act(shuffled_up)
        base = functional.interpolate(
            x, scale_factor=self.scale, mode="bilinear", align_corners=False
        )
        restored: Tensor = self.last_conv(features)
        return restored + base

    def _change(self, features: Tensor, number: int) -> Tensor:
        """Return what one block adds to the features."""
        side = self.sides[number]
        patches = cut(features, side)
        similar = self.cross_match[number](patches)
        tokens = self.blocks[number](patches.flatten(0, 1), similar.flatten(0, 1))
        joined = join(tokens.view_as(patches), side, *features.shape[2:])
        change: Tensor = self.mid_convs[number](joined)
        return change
