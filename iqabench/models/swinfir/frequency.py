"""The convolution over frequencies of SwinFIR, beside one over pixels."""

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3


class FourierUnit(nn.Module):
    """A 1x1 convolution of the real and the imaginary parts of the spectrum."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv_layer = conv1x1(2 * channels, 2 * channels)
        self.relu = nn.LeakyReLU(0.2, inplace=True)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        spectrum = torch.view_as_real(torch.fft.rfft2(x, norm="ortho"))
        parts = spectrum.movedim(-1, 2)  # the parts of one channel lie next to each other
        changed: Tensor = self.relu(self.conv_layer(parts.flatten(1, 2)))
        pairs = changed.view_as(parts).movedim(2, -1).contiguous()
        back: Tensor = torch.fft.irfft2(torch.view_as_complex(pairs), s=x.shape[2:], norm="ortho")
        return back


class SpectralTransform(nn.Module):
    """A Fourier unit of half the channels, between two 1x1 convolutions."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.conv1 = nn.Sequential(
            conv1x1(channels, channels // 2), nn.LeakyReLU(0.2, inplace=True)
        )
        self.fu = FourierUnit(channels // 2)
        self.conv2 = conv1x1(channels // 2, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        half = self.conv1(x)
        output: Tensor = self.conv2(half + self.fu(half))
        return output


class SpatialWay(nn.Module):
    """Two 3x3 convolutions, added to their input; `reduction` makes the features between narrower."""

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            conv3x3(channels, channels // reduction),
            nn.LeakyReLU(0.2, inplace=True),
            conv3x3(channels // reduction, channels),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        change: Tensor = self.body(x)
        return change + x


class SpatialFrequencyBlock(nn.Module):
    """The spatial way beside the spectral one, fused (the paper's SFB)."""

    def __init__(self, channels: int, reduction: int) -> None:
        super().__init__()
        self.S = SpatialWay(channels, reduction)
        self.F = SpectralTransform(channels)
        self.fusion = conv1x1(2 * channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, channels, H, W), kept.
        """
        output: Tensor = self.fusion(torch.cat([self.S(x), self.F(x)], dim=1))
        return output
