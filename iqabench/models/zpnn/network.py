"""Z-PNN: networks that are trained at full resolution, in the forms A-PNN and PanNet."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.pansharpening import enlarge

_SCOPE = 8
"""The number of pixels that three convolutions of 9x9, 5x5 and 5x5 take from every side."""


class APNN(nn.Module):
    """PNN with a residual: three convolutions add details to the enlarged bands.

    Shapes: input (N, B, H, W) and pan (N, 1, s H, s W) to (N, B, s H, s W). Range: 0..1.
    """

    def __init__(self, scale: int = 4, bands: int = 8) -> None:
        super().__init__()
        self.scale = scale
        self.conv1 = nn.Conv2d(bands + 1, 48, 9)
        self.conv2 = nn.Conv2d(48, 32, 5)
        self.conv3 = nn.Conv2d(32, bands, 5)
        self.relu = nn.ReLU()

    def forward(self, input: Tensor, pan: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the sharpened bands."""
        large = enlarge(input, self.scale)
        both = functional.pad(torch.cat([large, pan], dim=1), (_SCOPE,) * 4, mode="replicate")
        x = self.relu(self.conv2(self.relu(self.conv1(both))))
        sharp: Tensor = large + self.conv3(x)
        return sharp


class ZPanNet(nn.Module):
    """PanNet in the authors' form: fixed 5x5 means, no bias in the enlarging convolution.

    Shapes: input (N, B, H, W) and pan (N, 1, 4 H, 4 W) to (N, B, 4 H, 4 W). Range: 0..1.
    """

    def __init__(self, scale: int = 4, bands: int = 8, features: int = 32) -> None:
        super().__init__()
        self.scale = scale
        self.dephtconv_ms = _mean(bands)  # so written in the published files
        self.dephtconv_pan = _mean(1)
        self.Conv2d_transpose = nn.ConvTranspose2d(
            bands, bands, 8, stride=scale, padding=2, bias=False
        )
        self.Conv = nn.Conv2d(bands + 1, features, 3, padding=1)
        for number in range(1, 9):
            self.add_module(f"Conv_{number}", nn.Conv2d(features, features, 3, padding=1))
        self.Conv_9 = nn.Conv2d(features, bands, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, input: Tensor, pan: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the sharpened bands."""
        details = self.Conv2d_transpose(input - self.dephtconv_ms(input))
        x = self.relu(self.Conv(torch.cat([details, pan - self.dephtconv_pan(pan)], dim=1)))
        for number in (1, 3, 5, 7):
            first, second = getattr(self, f"Conv_{number}"), getattr(self, f"Conv_{number + 1}")
            x = x + second(self.relu(first(x)))
        sharp: Tensor = enlarge(input, self.scale) + self.Conv_9(x)
        return sharp


def _mean(bands: int) -> nn.Conv2d:
    """Return the mean of 5x5 pixels as a convolution that is not trained."""
    layer = nn.Conv2d(
        bands, bands, 5, padding=2, padding_mode="replicate", groups=bands, bias=False
    )
    nn.init.constant_(layer.weight, 1 / 25)
    layer.weight.requires_grad = False
    return layer
