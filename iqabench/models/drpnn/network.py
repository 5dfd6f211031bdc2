"""DRPNN: a deep chain of 7x7 convolutions that learns what enlarged bands lack."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.pansharpening import enlarge


class _RectifiedConvolution(nn.Module):
    """A 7x7 convolution and a rectifier, under the name of the DLPan toolbox."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv2 = nn.Conv2d(features, features, 7, padding=3)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Return the rectified convolution."""
        rectified: Tensor = self.relu(self.conv2(x))
        return rectified


class DRPNN(nn.Module):
    """Eleven 7x7 convolutions with one long residual, in the DLPan toolbox's width of 32.

    Shapes: input (N, B, H, W) and pan (N, 1, s H, s W) to (N, B, s H, s W). Range: 0..1.
    """

    def __init__(self, scale: int = 4, bands: int = 8, features: int = 32) -> None:
        super().__init__()
        self.scale = scale
        self.conv1 = nn.Conv2d(bands + 1, features, 7, padding=3)
        self.conv2 = nn.Conv2d(features, bands + 1, 7, padding=3)
        self.conv3 = nn.Conv2d(bands + 1, bands, 7, padding=3)
        self.relu = nn.ReLU()
        self.backbone = nn.Sequential(*(_RectifiedConvolution(features) for _ in range(8)))

    def forward(self, input: Tensor, pan: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the sharpened bands."""
        both = torch.cat([enlarge(input, self.scale), pan], dim=1)
        details = self.conv2(self.backbone(self.relu(self.conv1(both))))
        sharp: Tensor = self.conv3(both + details)
        return sharp
