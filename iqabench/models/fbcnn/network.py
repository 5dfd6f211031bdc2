"""FBCNN by Jiang et al.: a residual U-Net that estimates the quality of a JPEG and restores accordingly."""

from collections.abc import Sequence
from itertools import pairwise

from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.sum_unet import ResidualConvolutions, doubling, halving, repeat_edges

_BEST = 100
"""The highest quality of a JPEG."""


class GuidedPair(nn.Module):
    """Two 3x3 convolutions, scaled and shifted channel by channel, added to their input.

    Shapes: (N, C, H, W), kept; factors and addends (N, C, 1, 1).
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        layers = (conv3x3(channels, channels), nn.ReLU(inplace=True), conv3x3(channels, channels))
        self.res = nn.Sequential(*layers)

    def forward(self, x: Tensor, factors: Tensor, addends: Tensor) -> Tensor:
        """Transform the features x."""
        change: Tensor = factors * self.res(x) + addends
        return x + change


class FBCNN(nn.Module):
    """A U-Net whose decoder is guided by the quality of the JPEG, estimated or given.

    Shapes: (N, channels, H, W), kept.
    Range: 0..1.
    Source: Jiang et al., "Towards Flexible Blind JPEG Artifacts Removal", ICCV 2021, arXiv:2109.14573,
    section 3.
    """

    def __init__(
        self,
        channels: int = 3,
        widths: Sequence[int] = (64, 128, 256, 512),
        blocks: int = 4,
        hidden: int = 512,
    ) -> None:
        super().__init__()
        self.depth = len(widths) - 1
        deepest = widths[-1]
        self.m_head = conv3x3(channels, widths[0])
        for level in range(1, self.depth + 1):
            fine, coarse = widths[level - 1], widths[level]
            down = [*_pairs(fine, blocks), halving(fine, coarse, bias=True)]
            up = [doubling(coarse, fine, bias=True), *(GuidedPair(fine) for _ in range(blocks))]
            self.add_module(f"m_down{level}", nn.Sequential(*down))
            self.add_module(f"m_up{level}", nn.ModuleList(up))
            for name, bounded in (("gamma", nn.Sigmoid()), ("beta", nn.Tanh())):
                layers = (nn.Linear(hidden, fine), bounded)
                self.add_module(f"to_{name}_{level}", nn.Sequential(*layers))
        self.m_body_encoder = nn.Sequential(*_pairs(deepest, blocks))
        self.m_body_decoder = nn.Sequential(*_pairs(deepest, blocks))
        self.m_tail = conv3x3(widths[0], channels)
        estimate = [*_pairs(deepest, blocks), nn.AdaptiveAvgPool2d(1), nn.Flatten()]
        self.qf_pred = nn.Sequential(*estimate, *_dense(deepest, hidden, hidden, 1), nn.Sigmoid())
        self.qf_embed = nn.Sequential(*_dense(1, hidden, hidden, hidden), nn.ReLU())

    def forward(self, input: Tensor, quality: float = 0) -> Tensor:  # noqa: A002 - the role of the part
        """Return the image without artefacts; `quality` is that of the JPEG, 0 for the network's estimate."""
        height, width = input.shape[2:]
        levels, encoded = self._encode(input)
        told = encoded.new_full((len(input), 1), 1 - quality / _BEST)
        guide = self.qf_embed(told if quality else self.qf_pred(encoded))
        deep = self.m_body_decoder(encoded)
        for level in range(self.depth, 0, -1):
            deep = self._up(level, deep + levels.pop(), guide)
        restored: Tensor = self.m_tail(deep + levels.pop())
        return restored[:, :, :height, :width]

    def estimated_quality(self, x: Tensor) -> Tensor:
        """Return the quality of each JPEG, 0 to 100, as the network estimates it.

        Shapes: (N, channels, H, W) to (N,).
        """
        loss: Tensor = self.qf_pred(self._encode(x)[1])
        return _BEST * (1 - loss[:, 0])

    def _encode(self, x: Tensor) -> tuple[list[Tensor], Tensor]:
        """Return the features of all levels, the finest first, and what the body makes of the coarsest."""
        levels = [self.m_head(repeat_edges(x, 2**self.depth))]
        for level in range(1, self.depth + 1):
            levels.append(self.get_submodule(f"m_down{level}")(levels[-1]))
        return levels, self.m_body_encoder(levels[-1])

    def _up(self, level: int, deep: Tensor, guide: Tensor) -> Tensor:
        """Return the features of a level, restored with the guidance of the quality."""
        factors, addends = (
            self.get_submodule(f"to_{name}_{level}")(guide)[:, :, None, None]
            for name in ("gamma", "beta")
        )
        enlarge, *pairs = self.get_submodule(f"m_up{level}").children()
        deep = enlarge(deep)
        for pair in pairs:
            deep = pair(deep, factors, addends)
        return deep


def _pairs(channels: int, number: int) -> list[nn.Module]:
    return [ResidualConvolutions(channels, bias=True) for _ in range(number)]


def _dense(*widths: int) -> list[nn.Module]:
    """Return linear layers of these widths with ReLU between."""
    layers: list[nn.Module] = []
    for inputs, outputs in pairwise(widths):
        layers += [nn.Linear(inputs, outputs), nn.ReLU()]
    return layers[:-1]
