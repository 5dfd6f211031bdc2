"""Layers of EDSR that later networks use: the mean colour as a layer, the shuffling tail."""

from collections.abc import Sequence

import torch
from torch import nn

DIV2K_MEAN = (0.4488, 0.4371, 0.4040)
"""Mean colour of the DIV2K training images, red, green, blue, in 0..1."""


class MeanShift(nn.Conv2d):
    """A layer that adds `sign` times a colour to every pixel.

    It is a 1x1 convolution, as in the published files, and usually not trained.

    Shapes: (N, 3, H, W) to (N, 3, H, W).
    """

    def __init__(self, colour: Sequence[float], sign: int, *, trained: bool = False) -> None:
        super().__init__(3, 3, 1)
        self.weight = nn.Parameter(torch.eye(3).view(3, 3, 1, 1), requires_grad=trained)
        self.bias = nn.Parameter(sign * torch.tensor(colour), requires_grad=trained)


def shuffle_tail(features: int, scale: int, groups: int = 1, relu: bool = False) -> nn.Sequential:
    """Return a pixel-shuffle upsampling that keeps the number of features: x3 in one step, x4 in two.

    Shapes: (N, features, H, W) to (N, features, scale H, scale W).
    """
    steps = [3] if scale == 3 else [2] * (scale.bit_length() - 1)
    layers: list[nn.Module] = []
    for step in steps:
        layers.append(nn.Conv2d(features, features * step**2, 3, padding=1, groups=groups))
        if relu:
            layers.append(nn.ReLU(inplace=True))
        layers.append(nn.PixelShuffle(step))
    return nn.Sequential(*layers)
