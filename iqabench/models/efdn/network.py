"""EFDN: distillation cells of re-parameterised convolutions, joined pairwise.

The network is trained with several edge filters beside each 3x3 convolution; the published file and
this network have the one convolution into which they merge.

Source: Wang, "Edge-enhanced Feature Distillation Network for Efficient Super-Resolution",
CVPRW 2022, arXiv:2204.08759.
"""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import SpatialAttention, conv1x1, conv3x3, pixel_shuffle
from iqabench.models.layers.shapes import Shapes, shuffled


class ActivatedConvolution(nn.Module):
    """A convolution with the name that the published file gives it, and a PReLU with a slope per channel.

    Shapes: (N, C, H, W) to the same.
    """

    def __init__(self, name: str, conv: nn.Conv2d) -> None:
        super().__init__()
        self.name = name
        self.add_module(name, conv)
        self.act = nn.PReLU(conv.out_channels)

    def forward(self, x: Tensor) -> Tensor:
        """Convolve and activate x."""
        y: Tensor = self.act(getattr(self, self.name)(x))
        return y


class DistillationCell(nn.Module):
    """A chain of three convolutions; half the channels of the input and of each output are fused.

    Shapes: (N, C, H, W) to the same; H and W at least 15.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = ActivatedConvolution("conv1x1", conv1x1(features, features))
        self.conv2 = ActivatedConvolution("rep_conv", conv3x3(features, features))
        self.conv3 = ActivatedConvolution("rep_conv", conv3x3(features, features))
        self.branch = nn.ModuleList(conv1x1(features, features // 2) for _ in range(4))
        self.fuse = conv1x1(4 * (features // 2), features)
        self.att = SpatialAttention(features, features // 4)

    def forward(self, x: Tensor) -> Tensor:
        """Refine the features x."""
        steps = [x]
        for layer in (self.conv1, self.conv2, self.conv3):
            steps.append(layer(steps[-1]))
        halves = [branch(step) for branch, step in zip(self.branch, steps, strict=True)]
        weighed: Tensor = self.att(self.fuse(torch.cat(halves, dim=1)))
        return weighed + x


class EFDN(nn.Module):
    """Four cells; the third and fourth get a 1x1 mixture of the outputs of two cells.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); H and W at least 15.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": shuffled(shapes["tail.0.bias"][0]),
            "features": shapes["head.bias"][0],
        }

    def __init__(self, scale: int = 4, features: int = 48) -> None:
        super().__init__()
        self.head = conv3x3(3, features)
        self.cells = nn.ModuleList(DistillationCell(features) for _ in range(4))
        self.local_fuse = nn.ModuleList(conv1x1(2 * features, features) for _ in range(3))
        self.tail = pixel_shuffle(features, scale)

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge the images x."""
        shallow: Tensor = self.head(x)
        first = self.cells[0](shallow)
        second = self.cells[1](first)
        third = self.cells[2](self._mix(0, first, second))
        fourth = self.cells[3](self._mix(1, second, third))
        # The second again, not the third: the published weights were trained in this way.
        deep = self._mix(2, second, fourth)
        output: Tensor = self.tail(deep + shallow)
        return output

    def _mix(self, place: int, earlier: Tensor, later: Tensor) -> Tensor:
        mixed: Tensor = self.local_fuse[place](torch.cat([earlier, later], dim=1))
        return mixed
