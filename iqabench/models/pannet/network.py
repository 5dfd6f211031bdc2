"""PanNet: residual blocks on details; the bands themselves are added at the end."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.pansharpening import enlarge, residual_chain, without_mean


class PanNet(nn.Module):
    """Four residual blocks on high-pass filtered bands and panchromatic image, in the DLPan toolbox's form.

    Shapes: input (N, B, H, W) and pan (N, 1, 4 H, 4 W) to (N, B, 4 H, 4 W). Range: 0..1.
    """

    def __init__(self, scale: int = 4, bands: int = 8, features: int = 32) -> None:
        super().__init__()
        self.scale = scale
        self.deconv = nn.ConvTranspose2d(bands, bands, 8, stride=scale, padding=2)
        self.conv1 = nn.Conv2d(bands + 1, features, 3, padding=1)
        self.backbone = residual_chain(self, features)
        self.conv3 = nn.Conv2d(features, bands, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, input: Tensor, pan: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the sharpened bands."""
        details = torch.cat([self.deconv(without_mean(input)), without_mean(pan)], dim=1)
        x = self.backbone(self.relu(self.conv1(details)))
        sharp: Tensor = enlarge(input, self.scale) + self.conv3(x)
        return sharp
