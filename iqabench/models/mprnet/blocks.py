"""The blocks of MPRNet: channel attention, resizing, and the attention between two stages."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import plain3x3, pointwise

_REDUCTION = 4
"""The number of channels for one channel of the attention's inner layer."""


class SqueezeAttention(nn.Module):
    """An attention that weighs channels by a function of their means, without biases."""

    def __init__(self, features: int) -> None:
        super().__init__()
        narrow = features // _REDUCTION
        self.conv_du = nn.Sequential(
            pointwise(features, narrow),
            nn.ReLU(inplace=True),
            pointwise(narrow, features),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Weigh the channels of x.

        Shapes: (N, features, H, W), kept.
        """
        weights: Tensor = self.conv_du(x.mean((2, 3), keepdim=True))
        return x * weights


class ChannelBlock(nn.Module):
    """Two convolutions and channel attention, added to the input (the paper's CAB)."""

    def __init__(self, features: int, activation: nn.PReLU) -> None:
        super().__init__()
        self.CA = SqueezeAttention(features)
        self.body = nn.Sequential(
            plain3x3(features, features), activation, plain3x3(features, features)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        output: Tensor = self.CA(self.body(x)) + x
        return output


def chain(length: int, features: int, activation: nn.PReLU) -> nn.Sequential:
    """Return a chain of blocks with channel attention."""
    return nn.Sequential(*(ChannelBlock(features, activation) for _ in range(length)))


class FullSizeBlock(nn.Module):
    """Blocks with channel attention and a convolution, added to the input (the paper's ORB)."""

    def __init__(self, blocks: int, features: int, activation: nn.PReLU) -> None:
        super().__init__()
        self.body = nn.Sequential(
            *chain(blocks, features, activation), plain3x3(features, features)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        change: Tensor = self.body(x)
        return change + x


class BilinearHalving(nn.Module):
    """A bilinear halving of height and width, then a layer that adds channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        halved = nn.Upsample(scale_factor=0.5, mode="bilinear", align_corners=False)
        self.down = nn.Sequential(halved, pointwise(inputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Halve the features x.

        Shapes: (N, inputs, H, W) to (N, outputs, H / 2, W / 2).
        """
        output: Tensor = self.down(x)
        return output


class BilinearDoubling(nn.Module):
    """A bilinear doubling of height and width, then a layer that removes channels."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        doubled = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=False)
        self.up = nn.Sequential(doubled, pointwise(inputs, outputs))

    def forward(self, x: Tensor) -> Tensor:
        """Double the features x.

        Shapes: (N, inputs, H, W) to (N, outputs, 2 H, 2 W).
        """
        output: Tensor = self.up(x)
        return output


class StageAttention(nn.Module):
    """Features of a stage, weighed by the image that the stage restores (the paper's SAM)."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = pointwise(features, features)
        self.conv2 = pointwise(features, 3)
        self.conv3 = pointwise(3, features)

    def forward(self, x: Tensor, image: Tensor) -> Tensor:
        """Return the features x as the next stage takes them.

        Shapes: (N, features, H, W), kept; the image (N, 3, H, W).
        """
        weights = torch.sigmoid(self.conv3(self.conv2(x) + image))
        output: Tensor = self.conv1(x) * weights + x
        return output
