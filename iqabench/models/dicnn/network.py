"""DiCNN: three convolutions that learn the details of each band."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.pansharpening import enlarge


class DiCNN(nn.Module):
    """Three 3x3 convolutions (the form DiCNN1); enlarged bands are added at the end.

    Shapes: input (N, B, H, W) and pan (N, 1, s H, s W) to (N, B, s H, s W). Range: 0..1.
    """

    def __init__(self, scale: int = 4, bands: int = 8, features: int = 64) -> None:
        super().__init__()
        self.scale = scale
        self.conv1 = nn.Conv2d(bands + 1, features, 3, padding=1)
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)
        self.conv3 = nn.Conv2d(features, bands, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, input: Tensor, pan: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the sharpened bands."""
        large = enlarge(input, self.scale)
        x = self.relu(self.conv1(torch.cat([large, pan], dim=1)))
        sharp: Tensor = large + self.conv3(self.relu(self.conv2(x)))
        return sharp
