"""Layers of EDSR that later networks use: the mean colour, the residual block, the shuffling tail."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

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


def mean_shifts(*, trained: bool = False) -> tuple[MeanShift, MeanShift]:
    """Return the layers that subtract and add the mean colour of DIV2K, for pixels of 0..255."""
    mean = [255 * c for c in DIV2K_MEAN]
    return MeanShift(mean, -1, trained=trained), MeanShift(mean, 1, trained=trained)


class ResidualBlock(nn.Module):
    """Two convolutions whose output, damped, is added to the input; no normalisation."""

    def __init__(self, features: int, damping: float, kernel: int = 3) -> None:
        super().__init__()
        first, second = (
            nn.Conv2d(features, features, kernel, padding=kernel // 2) for _ in range(2)
        )
        self.body = nn.Sequential(first, nn.ReLU(inplace=True), second)
        self.damping = damping

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        change: Tensor = self.body(x)
        return x + (change if self.damping == 1 else change * self.damping)


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
