"""KDSR by Xia et al.: an estimator of the degradation, distilled, and a network that it steers."""

from typing import Any

from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.generated_kernels import GeneratedDepthwise
from iqabench.models.layers.residual import DIV2K_MEAN, MeanShift, shuffle_tail
from iqabench.models.layers.shapes import Shapes, count, tail_scale


class SteeredBlock(nn.Module):
    """A convolution with generated kernels and a plain one, added to the input.

    Shapes: (N, features, H, W) and vectors (N, features), to the features' shape.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.da_conv1 = GeneratedDepthwise(features)
        self.conv1 = conv3x3(features, features)
        self.relu = nn.LeakyReLU(0.1)

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """Transform the features x."""
        change: Tensor = self.conv1(self.relu(self.da_conv1(x, vector)))
        return change + x


class SteeredGroup(nn.Module):
    """A chain of blocks that the same vector steers."""

    def __init__(self, features: int, blocks: int) -> None:
        super().__init__()
        self.body = nn.Sequential(*(SteeredBlock(features) for _ in range(blocks)))

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """Transform the features x."""
        for block in self.body:
            x = block(x, vector)
        return x


class SteeredNetwork(nn.Module):
    """The network that enlarges, with the mean colour of DIV2K taken away and given back."""

    def __init__(self, scale: int, features: int, blocks: int) -> None:
        super().__init__()
        self.sub_mean, self.add_mean = MeanShift(DIV2K_MEAN, -1), MeanShift(DIV2K_MEAN, 1)
        self.head = nn.Sequential(conv3x3(3, features))
        self.body = nn.Sequential(SteeredGroup(features, blocks), conv3x3(features, features))
        self.tail = nn.Sequential(shuffle_tail(features, scale), conv3x3(features, 3))

    def forward(self, x: Tensor, vector: Tensor) -> Tensor:
        """Return the images, `scale` times larger."""
        shallow = self.head(self.sub_mean(x))
        deep = self.body[1](self.body[0](shallow, vector)) + shallow
        enlarged: Tensor = self.add_mean(self.tail(deep))
        return enlarged


class LeakyPair(nn.Module):
    """Two convolutions, added to the input.

    Shapes: (N, features, H, W), kept.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv3x3(features, features), nn.LeakyReLU(0.1), conv3x3(features, features)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        change: Tensor = self.body(x)
        return change + x


class DegradationEstimator(nn.Module):
    """The estimator: it turns a degraded image into a vector.

    Shapes: (N, 3, H, W) to (N, features).
    """

    def __init__(self, features: int, blocks: int) -> None:
        super().__init__()
        wide = 4 * features
        act = nn.LeakyReLU(0.1)
        self.E = nn.Sequential(
            conv3x3(3, features),
            act,
            *(LeakyPair(features) for _ in range(blocks)),
            conv3x3(features, 2 * features),
            act,
            conv3x3(2 * features, 2 * features),
            act,
            conv3x3(2 * features, wide),
            act,
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
        )
        self.mlp = nn.Sequential(nn.Linear(wide, wide), act, nn.Linear(wide, wide), act)
        self.compress = nn.Sequential(nn.Linear(wide, features), act)

    def forward(self, x: Tensor) -> Tensor:
        """Return the vector of each image."""
        vector: Tensor = self.compress(self.mlp(self.E(x)))
        return vector


class KDSR(nn.Module):
    """A blind super-resolution network: it estimates the degradation from the input only.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    Source: Xia et al., "Knowledge Distillation based Degradation Estimation for Blind Super-Resolution",
    ICLR 2023, arXiv:2211.16928, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": tail_scale(shapes, "G.tail.0"),
            "features": shapes["G.head.0.bias"][0],
            "blocks": count(shapes, "G.body.0.body.#.conv1.weight"),
            "estimator_blocks": count(shapes, "E_st.E.#.body.0.weight"),
        }

    def __init__(self, scale: int, features: int, blocks: int, estimator_blocks: int) -> None:
        super().__init__()
        self.G = SteeredNetwork(scale, features, blocks)
        self.E_st = DegradationEstimator(features, estimator_blocks)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        enlarged: Tensor = self.G(x, self.E_st(x))
        return enlarged
