"""MSDCNN: a deep branch of several filter sizes, and a shallow one, added together."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.pansharpening import enlarge


def _convolution(inputs: int, outputs: int, side: int) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, side, padding=side // 2)


class MSDCNN(nn.Module):
    """Two blocks of parallel 3x3, 5x5 and 7x7 convolutions beside a shallow branch.

    Shapes: input (N, B, H, W) and pan (N, 1, s H, s W) to (N, B, s H, s W). Range: 0..1.
    """

    def __init__(self, scale: int = 4, bands: int = 8) -> None:
        super().__init__()
        self.scale = scale
        self.conv1 = _convolution(bands + 1, 60, 7)
        self.conv2_1 = _convolution(60, 20, 3)
        self.conv2_2 = _convolution(60, 20, 5)
        self.conv2_3 = _convolution(60, 20, 7)
        self.conv3 = _convolution(60, 30, 3)
        self.conv4_1 = _convolution(30, 10, 3)
        self.conv4_2 = _convolution(30, 10, 5)
        self.conv4_3 = _convolution(30, 10, 7)
        self.conv5 = _convolution(30, bands, 5)
        self.shallow1 = _convolution(bands + 1, 64, 9)
        self.shallow2 = _convolution(64, 32, 1)
        self.shallow3 = _convolution(32, bands, 5)
        self.relu = nn.ReLU()

    def forward(self, input: Tensor, pan: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the sharpened bands."""
        both = torch.cat([enlarge(input, self.scale), pan], dim=1)
        deep = self.relu(self.conv1(both))
        parts = [self.conv2_1(deep), self.conv2_2(deep), self.conv2_3(deep)]
        deep = self.relu(self.conv3(self.relu(torch.cat(parts, dim=1) + deep)))
        parts = [self.conv4_1(deep), self.conv4_2(deep), self.conv4_3(deep)]
        deep = self.conv5(self.relu(torch.cat(parts, dim=1) + deep))
        shallow = self.shallow3(self.relu(self.shallow2(self.relu(self.shallow1(both)))))
        sharp: Tensor = self.relu(deep + shallow)
        return sharp
