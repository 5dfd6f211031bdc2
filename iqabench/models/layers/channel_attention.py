"""Layers of RCAN that later networks use: channel attention, residual chains and groups of them.

Source: Zhang et al., "Image Super-Resolution Using Very Deep Residual Channel Attention Networks", ECCV 2018,
arXiv:1807.02758.
"""

from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3


class ChannelAttention(nn.Module):
    """An attention that weighs each channel by a function of the means of all channels."""

    def __init__(self, features: int, squeezed: int) -> None:
        super().__init__()
        self.conv_du = nn.Sequential(
            conv1x1(features, squeezed),
            nn.ReLU(inplace=True),
            conv1x1(squeezed, features),
            nn.Sigmoid(),
        )

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
