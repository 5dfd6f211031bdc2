"""MRDA by Xia et al.: an estimator of the degradation, and a network that it steers region by region."""

from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.generated_kernels import GeneratedDepthwise
from iqabench.models.layers.residual import DIV2K_MEAN, MeanShift, shuffle_tail
from iqabench.models.layers.shapes import Shapes, count, tail_scale


class RegionConvolution(GeneratedDepthwise):
    """A convolution with generated kernels, weighed by a mask of the image and added to the input.

    Shapes: (N, features, H, W) and vectors (N, features), to the features' shape.
    """

    def __init__(self, features: int) -> None:
        super().__init__(features)
        self.conv = conv1x1(features, 1)
        self.relu = nn.LeakyReLU(0.1)

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """Transform the features x."""
        filtered: Tensor = self.relu(super().forward(x, vector))
        return filtered * torch.sigmoid(self.conv(x)) + x


class RegionBlock(nn.Module):
    """Two steered convolutions and two plain ones, added to the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.da_conv1 = RegionConvolution(features)
        self.da_conv2 = RegionConvolution(features)
        self.conv1 = conv3x3(features, features)
        self.conv2 = conv3x3(features, features)
        self.relu = nn.LeakyReLU(0.1)

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """Transform the features x."""
        change = self.relu(self.conv1(self.relu(self.da_conv1(x, vector))))
        change = self.conv2(self.relu(self.da_conv2(change, vector)))
        added: Tensor = change + x
        return added


class RegionGroup(nn.Module):
    """A chain of blocks that the same vector steers."""

    def __init__(self, features: int, blocks: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*(RegionBlock(features) for _ in range(blocks)))

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """Transform the features x."""
        for block in self.body:
            x = block(x, vector)
        return x


class RegionNetwork(nn.Module):
    """The network that enlarges, with the mean colour of DIV2K taken away and given back."""

    def __init__(self, scale: int, features: int, blocks: int) -> None:
        super().__init__()
        self.sub_mean, self.add_mean = MeanShift(DIV2K_MEAN, -1), MeanShift(DIV2K_MEAN, 1)
        self.head = nn.Sequential(conv3x3(3, features))
        self.compress = nn.Sequential(nn.Linear(256, features, bias=False), nn.LeakyReLU(0.1))
        self.body = nn.Sequential(RegionGroup(features, blocks), conv3x3(features, features))
        self.tail = nn.Sequential(shuffle_tail(features, scale), conv3x3(features, 3))

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """Return the images, `scale` times larger."""
        steering = self.compress(vector)
        shallow = self.head(self.sub_mean(x))
        deep = self.body[1](self.body[0](shallow, steering)) + shallow
        enlarged: Tensor = self.add_mean(self.tail(deep))
        return enlarged


class MetaEstimator(nn.Module):
    """The estimator of the degradation, a plain convolutional network.

    Shapes: (N, 3, H, W) to (N, 256).
    """

    def __init__(self) -> None:
        super().__init__()
        widths = (
            (3, 64, 1),
            (64, 64, 1),
            (64, 128, 2),
            (128, 128, 1),
            (128, 256, 2),
            (256, 256, 1),
        )
        layers: list[nn.Module] = []
        for inputs, outputs, stride in widths:
            layers += [conv3x3(inputs, outputs, stride=stride), nn.LeakyReLU(0.1)]
        self.E = nn.Sequential(*layers, nn.AdaptiveAvgPool2d(1), nn.Flatten())
        self.mlp = nn.Sequential(nn.Linear(256, 256), nn.LeakyReLU(0.1), nn.Linear(256, 256))

    def forward(self, x: Tensor) -> Tensor:
        """Return the vector of each image."""
        vector: Tensor = self.mlp(self.E(x))
        return vector


class MRDA(nn.Module):
    """A blind super-resolution network: it estimates the degradation from the input only.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    Source: Xia et al., "Meta-Learning based Degradation Representation for Blind Super-Resolution",
    IEEE TIP 32, 2023, arXiv:2207.13963, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": tail_scale(shapes, "G.tail.0"),
            "features": shapes["G.head.0.bias"][0],
            "blocks": count(shapes, "G.body.0.body.#.conv2.weight"),
        }

    def __init__(self, scale: int, features: int = 64, blocks: int = 27) -> None:
        super().__init__()
        self.G = RegionNetwork(scale, features, blocks)
        self.E_st = MetaEstimator()

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        enlarged: Tensor = self.G(x, self.E_st(x))
        return enlarged
