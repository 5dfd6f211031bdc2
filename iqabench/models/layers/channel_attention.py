"""Layers of RCAN that later networks use: channel attention, residual chains and groups of them.

Source: Zhang et al., "Image Super-Resolution Using Very Deep Residual Channel Attention Networks", ECCV 2018,
arXiv:1807.02758.
"""

from typing import Any

from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.shapes import Shapes, count, tail_scale


def channel_weights(features: int, squeezed: int) -> nn.Sequential:
    """Return the layers that make a weight for each channel from one number for each channel."""
    return nn.Sequential(
        conv1x1(features, squeezed),
        nn.ReLU(inplace=True),
        conv1x1(squeezed, features),
        nn.Sigmoid(),
    )


class ChannelAttention(nn.Module):
    """An attention that weighs each channel by a function of the means of all channels."""

    def __init__(self, features: int, squeezed: int) -> None:
        super().__init__()
        self.conv_du = channel_weights(features, squeezed)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        weight: Tensor = self.conv_du(x.mean((2, 3), keepdim=True))
        return x * weight


class Residual(nn.Module):
    """A chain of layers whose output is added to their input."""

    def __init__(self, *layers: nn.Module) -> None:
        super().__init__()
        self.body = nn.Sequential(*layers)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        change: Tensor = self.body(x)
        return change + x


def attention_block(features: int, squeezed: int) -> Residual:
    """Return a residual channel-attention block (the paper's RCAB)."""
    attention = ChannelAttention(features, squeezed)
    first, second = conv3x3(features, features), conv3x3(features, features)
    return Residual(first, nn.ReLU(inplace=True), second, attention)


def residual_group(blocks: int, features: int, squeezed: int) -> Residual:
    """Return a residual group (the paper's RG)."""
    chain = [attention_block(features, squeezed) for _ in range(blocks)]
    return Residual(*chain, conv3x3(features, features))


def group_arguments(shapes: Shapes) -> dict[str, Any]:
    """Return the arguments of a network of residual groups that has tensors of these shapes."""
    return {
        "scale": tail_scale(shapes, "tail.0"),
        "groups": count(shapes, "body.#.body.0.body.0.weight"),
        "blocks": count(shapes, "body.0.body.#.body.0.weight"),
        "features": shapes["head.0.bias"][0],
        "squeezed": shapes["body.0.body.0.body.3.conv_du.0.bias"][0],
    }
