"""PNN: three convolutions on the enlarged bands and the panchromatic image."""

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.pansharpening import enlarge


class PNN(nn.Module):
    """Three convolutions (9x9, 5x5, 5x5) without padding; the edge is replicated by 8 pixels first.

    Shapes: input (N, B, H, W) and pan (N, 1, s H, s W) to (N, B, s H, s W). Range: 0..1.
    """

    def __init__(self, scale: int = 4, bands: int = 8, features: int = 64) -> None:
        super().__init__()
        self.scale = scale
        self.conv1 = nn.Conv2d(bands + 1, features, 9)
        self.conv2 = nn.Conv2d(features, 32, 5)
        self.conv3 = nn.Conv2d(32, bands, 5)
        self.relu = nn.ReLU()

    def forward(self, input: Tensor, pan: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the sharpened bands."""
        both = torch.cat([enlarge(input, self.scale), pan], dim=1)
        x = self.relu(self.conv1(functional.pad(both, (8,) * 4, mode="replicate")))
        sharp: Tensor = self.conv3(self.relu(self.conv2(x)))
        return sharp
