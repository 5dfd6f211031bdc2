"""NAFNet by Chen et al.: blocks that multiply halves of their channels instead of activating them."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.channel_norm import ChannelNorm
from iqabench.models.layers.local_mean import LocalMean
from iqabench.models.layers.shapes import Shapes, count

_SMALLEST = 1e-6
"""The number that is added to variances."""


def product(x: Tensor) -> Tensor:
    """Return the product of the halves of the channels (the paper's SimpleGate).

    Shapes: (N, 2 C, H, W) to (N, C, H, W).
    """
    first, second = x.chunk(2, dim=1)
    return first * second


class NAFBlock(nn.Module):
    """A gated convolution with simple channel attention, then a gated layer for every pixel.

    `window` is the side of the window that the attention averages over; 0 for the whole image.
    """

    def __init__(self, features: int, window: int) -> None:
        super().__init__()
        wide = 2 * features
        self.norm1 = ChannelNorm(features, smallest=_SMALLEST)
        self.conv1 = conv1x1(features, wide)
        self.conv2 = nn.Conv2d(wide, wide, 3, padding=1, groups=wide)
        self.sca = nn.Sequential(LocalMean(window), conv1x1(features, features))
        self.conv3 = conv1x1(features, features)
        self.norm2 = ChannelNorm(features, smallest=_SMALLEST)
        self.conv4 = conv1x1(features, wide)
        self.conv5 = conv1x1(features, features)
        self.beta = nn.Parameter(torch.zeros(1, features, 1, 1))
        self.gamma = nn.Parameter(torch.zeros(1, features, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        gated = product(self.conv2(self.conv1(self.norm1(x))))
        x = x + self.conv3(gated * self.sca(gated)) * self.beta
        output: Tensor = x + self.conv5(product(self.conv4(self.norm2(x)))) * self.gamma
        return output


class NAFNet(nn.Module):
    """Levels of blocks down and up, with skips that are added; the result is added to the image.

    `encoders` and `decoders` are the numbers of blocks of each level, `middle` that of the lowest. `window`
    is the side, at full size, of the windows that channel attention averages over (the authors' NAFNetLocal);
    0 for the whole image. The image is continued by zeros to a multiple of the deepest step, as the authors
    do it.

    Shapes: (N, 3, H, W), kept. Range: 0 to 1.
    Source: Chen et al., "Simple Baselines for Image Restoration", ECCV 2022, arXiv:2204.04676.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes.

        No shape tells the window.
        """
        levels = range(count(shapes, "downs.#.weight"))
        return {
            "features": shapes["intro.weight"][0],
            "encoders": [count(shapes, f"encoders.{level}.#.beta") for level in levels],
            "middle": count(shapes, "middle_blks.#.beta"),
            "decoders": [count(shapes, f"decoders.{level}.#.beta") for level in levels],
        }

    def __init__(
        self,
        features: int = 64,
        encoders: Sequence[int] = (1, 1, 1, 28),
        middle: int = 1,
        decoders: Sequence[int] = (1, 1, 1, 1),
        window: int = 0,
    ) -> None:
        super().__init__()

        def chain(length: int, level: int) -> nn.Sequential:
            width, side = features * 2**level, window // 2**level
            return nn.Sequential(*(NAFBlock(width, side) for _ in range(length)))

        depth = len(encoders)
        widths = [features * 2**level for level in range(depth + 1)]
        self.step = 2**depth
        self.intro = conv3x3(3, features)
        self.encoders = nn.ModuleList(chain(n, level) for level, n in enumerate(encoders))
        self.downs = nn.ModuleList(nn.Conv2d(w, 2 * w, 2, stride=2) for w in widths[:-1])
        self.middle_blks = chain(middle, depth)
        self.ups = nn.ModuleList(
            nn.Sequential(nn.Conv2d(w, 2 * w, 1, bias=False), nn.PixelShuffle(2))
            for w in widths[:0:-1]
        )
        self.decoders = nn.ModuleList(
            chain(n, depth - 1 - place) for place, n in enumerate(decoders)
        )
        self.ending = conv3x3(features, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return the restored image."""
        height, width = x.shape[2:]
        image = pad(x, (0, -width % self.step, 0, -height % self.step))
        deep = self.intro(image)
        skips = []
        for encoder, down in zip(self.encoders, self.downs, strict=True):
            skips.append(encoder(deep))
            deep = down(skips[-1])
        deep = self.middle_blks(deep)
        for decoder, up in zip(self.decoders, self.ups, strict=True):
            deep = decoder(up(deep) + skips.pop())
        output: Tensor = self.ending(deep) + image
        return output[:, :, :height, :width]
