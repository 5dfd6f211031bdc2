"""RLFN: plain stacks of three convolutions instead of feature distillation, for speed.

Source: Kong et al., "Residual Local Feature Network for Efficient Super-Resolution", CVPRW 2022,
arXiv:2205.07514.
"""

from typing import Any

from torch import Tensor, nn

from iqabench.models.layers.blocks import (
    SpatialAttention,
    add_numbered,
    chain,
    conv1x1,
    conv3x3,
    pixel_shuffle,
)
from iqabench.models.layers.shapes import Shapes, count, shuffled


class LocalFeatures(nn.Module):
    """Three convolutions with a skip around them, a 1x1 convolution, spatial attention (RLFB).

    Shapes: (N, C, H, W) to the same; H and W at least 15.
    """

    def __init__(self, features: int, middle: int) -> None:
        super().__init__()
        self.c1_r = conv3x3(features, middle)
        self.c2_r = conv3x3(middle, middle)
        self.c3_r = conv3x3(middle, features)
        self.c5 = conv1x1(features, features)
        self.esa = SpatialAttention(features, 16, layers=["conv3"])
        self.act = nn.LeakyReLU(0.05)

    def forward(self, x: Tensor) -> Tensor:
        """Refine the features x."""
        y = x
        for layer in (self.c1_r, self.c2_r, self.c3_r):
            y = self.act(layer(y))
        weighed: Tensor = self.esa(self.c5(y + x))
        return weighed


class RLFN(nn.Module):
    """Blocks of local features between one convolution and a pixel shuffle, with one long skip.

    `middle` is the width inside a block, by default that of the features; the challenge entry,
    pruned outside but not inside, has 46 features and 48 in the middle.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); H and W at least 15.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["upsampler.0.bias"][0]),
            "features": shapes["conv_1.bias"][0],
            "middle": shapes["block_1.c1_r.bias"][0],
            "blocks": count(shapes, "block_#.c5.bias"),
        }

    def __init__(
        self, scale: int = 4, features: int = 52, middle: int | None = None, blocks: int = 6
    ) -> None:
        super().__init__()
        middle = features if middle is None else middle
        self.conv_1 = conv3x3(3, features)
        self.names = add_numbered(
            self, "block_", [LocalFeatures(features, middle) for _ in range(blocks)]
        )
        self.conv_2 = conv3x3(features, features)
        self.upsampler = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge the images x."""
        shallow: Tensor = self.conv_1(x)
        deep = chain(self, self.names, shallow)[-1]
        output: Tensor = self.upsampler(self.conv_2(deep) + shallow)
        return output
