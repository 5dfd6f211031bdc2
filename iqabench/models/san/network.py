"""SAN by Dai et al.: groups of residual blocks that end with second-order channel attention."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import scaled_dot_product_attention

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.channel_attention import channel_weights
from iqabench.models.layers.residual import mean_shifts, shuffle_tail
from iqabench.models.layers.shapes import Shapes, count, tail_scale

_LARGEST = 1000
"""The side of the centre from which the covariance of larger features is taken, as in the authors' code."""
_STEPS = 5


def covariance_root(x: Tensor) -> Tensor:
    """Return the square root of the covariance of the channels, by Newton-Schulz iterations.

    Shapes: (N, C, H, W) to (N, C, C).
    Source: Li et al., "Towards Faster Training of Global Covariance Pooling Networks by Iterative Matrix
    Square Root Normalization", CVPR 2018, arXiv:1712.01034.
    """
    flat = x.flatten(2)
    flat = flat - flat.mean(2, keepdim=True)
    covariance = flat @ flat.transpose(1, 2) / flat.shape[2]
    # Channels without any variance have a trace of 0, by which the authors' code divides.
    trace = covariance.diagonal(dim1=1, dim2=2).sum(1).clamp(min=1e-30)[:, None, None]
    root = covariance / trace
    inverse = torch.eye(x.shape[1], dtype=x.dtype, device=x.device).expand_as(root)
    identity = inverse
    for _ in range(_STEPS):
        factor = 0.5 * (3 * identity - inverse @ root)
        root, inverse = root @ factor, factor @ inverse
    return root * trace.sqrt()


class SecondOrderAttention(nn.Module):
    """An attention that weighs each channel by a function of its covariances with all channels."""

    def __init__(self, features: int, squeezed: int) -> None:
        super().__init__()
        self.conv_du = channel_weights(features, squeezed)

    def forward(self, x: Tensor) -> Tensor:
        """Weigh the channels of x.

        Shapes: (N, features, H, W), kept.
        """
        top, left = (max(0, side - _LARGEST) // 2 for side in x.shape[2:])
        centre = x[:, :, top : top + _LARGEST, left : left + _LARGEST]
        weight: Tensor = self.conv_du(covariance_root(centre).mean(1)[:, :, None, None])
        return weight * x


class NonLocal(nn.Module):
    """An attention of every pixel to the pixels of the halved features, added to the input."""

    def __init__(self, features: int, narrow: int) -> None:
        super().__init__()
        self.g = nn.Sequential(conv1x1(features, narrow), nn.MaxPool2d(2))
        self.W = conv1x1(narrow, features)
        self.theta = conv1x1(features, narrow)
        self.phi = nn.Sequential(conv1x1(features, narrow), nn.MaxPool2d(2))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept; H and W at least 2.
        """
        query, key, value = (
            layer(x).flatten(2).transpose(1, 2) for layer in (self.theta, self.phi, self.g)
        )
        seen = scaled_dot_product_attention(query, key, value, scale=1.0)
        change: Tensor = self.W(seen.transpose(1, 2).reshape(len(x), -1, *x.shape[2:]))
        return change + x


class QuadrantNonLocal(nn.Module):
    """The non-local attention, in each quadrant of the image.

    The published files have a second-order attention here, which the authors' code does not use.
    """

    def __init__(self, features: int, narrow: int) -> None:
        super().__init__()
        self.soca = SecondOrderAttention(features, narrow)
        self.non_local = NonLocal(features, narrow)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept; H and W at least 4.
        """
        middle, centre = x.shape[2] // 2, x.shape[3] // 2
        halves = (x[:, :, :middle], x[:, :, middle:])
        rows = [
            torch.cat(
                [self.non_local(half[..., :centre]), self.non_local(half[..., centre:])], dim=3
            )
            for half in halves
        ]
        return torch.cat(rows, dim=2)


class SimplifiedBlock(nn.Module):
    """Two convolutions whose output is added to the input (the paper's simplified residual block)."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv_first = nn.Sequential(
            conv3x3(features, features), nn.ReLU(inplace=True), conv3x3(features, features)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        change: Tensor = self.conv_first(x)
        return change + x


class SourceResidualGroup(nn.Module):
    """Residual blocks, second-order attention and a convolution, added to the input (the paper's LSRAG)."""

    def __init__(self, blocks: int, features: int, squeezed: int) -> None:
        super().__init__()
        self.rcab = nn.ModuleList(SimplifiedBlock(features) for _ in range(blocks))
        self.soca = SecondOrderAttention(features, squeezed)
        self.conv_last = conv3x3(features, features)
        # Stored in the published files, and not used by the authors' code.
        self.gamma = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        features = x
        for block in self.rcab:
            features = block(features)
        change: Tensor = self.conv_last(self.soca(features))
        return change + x


class SAN(nn.Module):
    """Non-local attention before and after a chain of groups with second-order attention.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); H and W at least 4.
    Range: 0..255.
    Source: Dai et al., "Second-Order Attention Network for Single Image Super-Resolution", CVPR 2019,
    section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": tail_scale(shapes, "tail.0"),
            "groups": count(shapes, "RG.#.gamma"),
            "blocks": count(shapes, "RG.0.rcab.#.conv_first.0.weight"),
            "features": shapes["head.0.bias"][0],
            "squeezed": shapes["RG.0.soca.conv_du.0.bias"][0],
            "narrow": shapes["non_local.non_local.theta.bias"][0],
        }

    def __init__(
        self,
        scale: int,
        groups: int = 20,
        blocks: int = 10,
        features: int = 64,
        squeezed: int = 4,
        narrow: int = 8,
    ) -> None:
        super().__init__()
        self.gamma = nn.Parameter(torch.zeros(1))
        # The authors' way of freezing the mean colour has no effect: it is trained, and may have moved.
        self.sub_mean, self.add_mean = mean_shifts(trained=True)
        self.RG = nn.ModuleList(
            SourceResidualGroup(blocks, features, squeezed) for _ in range(groups)
        )
        self.conv_last = conv3x3(features, features)  # in the published files, and not used
        self.non_local = QuadrantNonLocal(features, narrow)
        self.head = nn.Sequential(conv3x3(3, features))
        self.tail = nn.Sequential(shuffle_tail(features, scale), conv3x3(features, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.head(self.sub_mean(x))
        features = source = self.non_local(shallow)
        for group in self.RG:
            features = group(features) + self.gamma * source
        restored: Tensor = self.add_mean(self.tail(self.non_local(features) + shallow))
        return restored
