"""PanFlowNet: noise becomes sharp bands through coupling layers that see both inputs."""

import torch
from torch import Tensor, nn
from torch.nn import functional

_CLAMP = 5.0
_HALF = 2
"""The number of bands in each half of a coupling."""


class _Estimator(nn.Module):
    """Convolutions of which half of the features are normalised by instance."""

    def __init__(self, inputs: int, outputs: int, features: int = 64) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(inputs, features, 3, padding=1)
        self.relu1 = nn.LeakyReLU(0.2)
        self.conv2 = nn.Conv2d(features, features, 3, padding=1)
        self.conv3 = nn.Conv2d(features + inputs, outputs, 3, padding=1)
        self.norm = nn.InstanceNorm2d(features // 2, affine=True)

    def forward(self, x: Tensor) -> Tensor:
        """Return scales and shifts."""
        first, second = self.relu1(self.conv1(x)).chunk(2, dim=1)
        features = self.relu1(self.conv2(torch.cat([self.norm(first), second], dim=1)))
        estimated: Tensor = self.conv3(torch.cat([x, features], dim=1))
        return estimated


class _BandWeights(nn.Module):
    """Channel attention with a single hidden channel for four channels."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.avg_pool = nn.AdaptiveAvgPool2d(1)
        self.conv_du = nn.Sequential(
            nn.Conv2d(features, features // 4, 1),
            nn.ReLU(),
            nn.Conv2d(features // 4, features, 1),
            nn.Sigmoid(),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Weigh the channels."""
        weights: Tensor = self.conv_du(self.avg_pool(x))
        return x * weights


class _WeighedEstimator(nn.Module):
    """An estimator and its channel attention, under the names of the published code."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.hin = _Estimator(inputs, outputs)
        self.ca = _BandWeights(outputs)

    def forward(self, x: Tensor) -> Tensor:
        """Return scales and shifts."""
        weighed: Tensor = self.ca(self.hin(x))
        return weighed


class ConditionalCoupling(nn.Module):
    """An invertible step: each half of the bands is scaled and shifted by what the other half says.

    Shapes: bands (N, 4, H, W) and conditions (N, C, H, W) to (N, 4, H, W).
    """

    def __init__(self, conditions: int) -> None:
        super().__init__()
        self.s1 = _WeighedEstimator(_HALF + conditions, 2 * _HALF)
        self.s2 = _WeighedEstimator(_HALF + conditions, 2 * _HALF)

    def forward(self, bands: Tensor, conditions: Tensor) -> Tensor:
        """Return bands as noise, the way of training."""
        first, second = bands.chunk(2, dim=1)
        scale, shift = self._estimates(self.s2, second, conditions)
        first = scale * first + shift
        scale, shift = self._estimates(self.s1, first, conditions)
        return torch.cat([first, scale * second + shift], dim=1)

    def inverse(self, noise: Tensor, conditions: Tensor) -> Tensor:
        """Return noise as bands, the way of use."""
        first, second = noise.chunk(2, dim=1)
        scale, shift = self._estimates(self.s1, first, conditions)
        second = (second - shift) / scale
        scale, shift = self._estimates(self.s2, second, conditions)
        return torch.cat([(first - shift) / scale, second], dim=1)

    def _estimates(
        self, estimator: nn.Module, half: Tensor, conditions: Tensor
    ) -> tuple[Tensor, Tensor]:
        scale, shift = estimator(torch.cat([half, conditions], dim=1)).chunk(2, dim=1)
        return torch.exp(_CLAMP * 0.636 * torch.atan(scale / _CLAMP)), shift


class PanFlowNet(nn.Module):
    """One coupling, used four times, from noise of the bands' mean and deviation to sharp bands.

    The noise is drawn from a fixed seed. Shapes: input (N, 4, H, W) and pan (N, 1, s H, s W) to
    (N, 4, s H, s W). Range: 0..1.
    """

    def __init__(self, scale: int = 4, steps: int = 4, seed: int = 0) -> None:
        super().__init__()
        self.scale, self.seed = scale, seed
        coupling = ConditionalCoupling(conditions=5)
        self.operations = nn.ModuleList([coupling] * steps)  # stored once for each step

    def forward(self, input: Tensor, pan: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return sharp bands."""
        large = functional.interpolate(input, scale_factor=self.scale, mode="bilinear")
        generator = torch.Generator().manual_seed(self.seed)
        noise = torch.randn(large.shape, generator=generator).to(large)
        return self.sharpen(noise * large.std() + large.mean(), large, pan)

    def sharpen(self, noise: Tensor, large: Tensor, pan: Tensor) -> Tensor:
        """Return sharp bands from noise, enlarged bands and the panchromatic image."""
        conditions = torch.cat([large, pan], dim=1)
        for operation in reversed(list(self.operations)):
            assert isinstance(operation, ConditionalCoupling)
            noise = operation.inverse(noise, conditions)
        return noise
