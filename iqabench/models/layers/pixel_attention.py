"""Pixel attention, and the network around a trunk of blocks that upsamples with it.

Source: Zhao et al., "Efficient Image Super-Resolution Using Pixel Attention", ECCVW 2020,
arXiv:2010.01073, section 3.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv1x1, conv3x3


def leaky() -> nn.LeakyReLU:
    """Return the activation, the same everywhere in these networks."""
    return nn.LeakyReLU(0.2, inplace=True)


class PixelAttention(nn.Module):
    """An attention that weighs every value of the feature map by a 1x1 convolution of its pixel.

    Shapes: (N, features, H, W) to the same.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv = conv1x1(features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Weigh the features x."""
        return x * torch.sigmoid(self.conv(x))


class PixelAttentionNetwork(nn.Module):
    """A trunk of blocks under a skip, then upsampling by nearest neighbour with pixel attention.

    The enlarged input is added to the output. Subclasses name the trunk and make its blocks.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    """

    def __init__(
        self,
        scale: int,
        features: int,
        upper_features: int,
        trunk: str,
        blocks: Sequence[nn.Module],
    ) -> None:
        super().__init__()
        self.scale = scale
        self.steps = [2, 2] if scale == 4 else [scale]
        self.trunk = trunk
        self.conv_first = conv3x3(3, features)
        self.add_module(trunk, nn.Sequential(*blocks))
        self.trunk_conv = conv3x3(features, features)
        for number, width in enumerate([features, upper_features][: len(self.steps)], 1):
            self.add_module(f"upconv{number}", conv3x3(width, upper_features))
            self.add_module(f"att{number}", PixelAttention(upper_features))
            self.add_module(f"HRconv{number}", conv3x3(upper_features, upper_features))
        self.conv_last = conv3x3(upper_features, 3)
        self.act = leaky()

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.conv_first(x)
        features = shallow + self.trunk_conv(getattr(self, self.trunk)(shallow))
        for number, step in enumerate(self.steps, 1):
            features = self._enlarge(features, number, step)
        base = functional.interpolate(
            x, scale_factor=self.scale, mode="bilinear", align_corners=False
        )
        restored: Tensor = self.conv_last(features)
        return restored + base

    def _enlarge(self, features: Tensor, number: int, step: int) -> Tensor:
        enlarged = functional.interpolate(features, scale_factor=step, mode="nearest")
        attention = getattr(self, f"att{number}")
        attended = self.act(attention(getattr(self, f"upconv{number}")(enlarged)))
        out: Tensor = self.act(getattr(self, f"HRconv{number}")(attended))
        return out
