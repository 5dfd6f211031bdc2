"""IRN by Xiao et al.: one invertible network, forwards to a small image and backwards to a large one."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.shapes import Shapes, count

_COLOURS = 3


class HaarStep(nn.Module):
    """The Haar transform of every channel: the mean of 2x2 pixels first, then three differences.

    Shapes: (N, C, H, W), even sides, to (N, 4 C, H / 2, W / 2); all means come before all differences.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.channels = channels
        signs = torch.tensor(
            [[[1, 1], [1, 1]], [[1, -1], [1, -1]], [[1, 1], [-1, -1]], [[1, -1], [-1, 1]]]
        )
        kernels = signs.float()[:, None].repeat(channels, 1, 1, 1)
        # Published files hold the kernels, though nothing trains them.
        self.haar_weights = nn.Parameter(kernels, requires_grad=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the bands of x at half its size."""
        bands = functional.conv2d(x, self.haar_weights, stride=2, groups=self.channels) / 4
        return functional.channel_shuffle(bands, self.channels)

    def inverse(self, x: Tensor) -> Tensor:
        """Return the image whose bands are x."""
        return functional.conv_transpose2d(
            functional.channel_shuffle(x, 4), self.haar_weights, stride=2, groups=self.channels
        )


class DenseSubnet(nn.Module):
    """Five convolutions, each of which sees the input and all outputs before it.

    Shapes: (N, inputs, H, W) to (N, outputs, H, W).
    """

    def __init__(self, inputs: int, outputs: int, growth: int = 32) -> None:
        super().__init__()
        self.conv1 = conv3x3(inputs, growth)
        self.conv2 = conv3x3(inputs + growth, growth)
        self.conv3 = conv3x3(inputs + 2 * growth, growth)
        self.conv4 = conv3x3(inputs + 3 * growth, growth)
        self.conv5 = conv3x3(inputs + 4 * growth, outputs)
        self.lrelu = nn.LeakyReLU(0.2)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        seen = x
        for layer in (self.conv1, self.conv2, self.conv3, self.conv4):
            seen = torch.cat([seen, self.lrelu(layer(seen))], dim=1)
        transformed: Tensor = self.conv5(seen)
        return transformed


class EnhancedCoupling(nn.Module):
    """An invertible block: the image changes by the details, then the details by the image.

    Shapes: (N, channels, H, W), kept; the first three channels are the image.
    """

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.parts = [_COLOURS, channels - _COLOURS]
        self.F = DenseSubnet(channels - _COLOURS, _COLOURS)
        self.G = DenseSubnet(_COLOURS, channels - _COLOURS)
        self.H = DenseSubnet(_COLOURS, channels - _COLOURS)

    def _factor(self, image: Tensor) -> Tensor:
        """Return the positive factor of the details, between 1/e and e."""
        return torch.exp(2 * torch.sigmoid(self.H(image)) - 1)

    def forward(self, x: Tensor) -> Tensor:
        """Transform x on the way to the small image."""
        image, details = torch.split(x, self.parts, dim=1)
        image = image + self.F(details)
        return torch.cat([image, details * self._factor(image) + self.G(image)], dim=1)

    def inverse(self, x: Tensor) -> Tensor:
        """Transform x on the way back."""
        image, details = torch.split(x, self.parts, dim=1)
        details = (details - self.G(image)) / self._factor(image)
        return torch.cat([image - self.F(details), details], dim=1)


class IRN(nn.Module):
    """A round trip: down to a small image of 8 bits, and up again with drawn details.

    The details that the small image lacks are replaced by `temperature` times a standard normal draw from
    `seed`, the same on every device.

    Shapes: (N, 3, H, W), sides divisible by the scale, to low (N, 3, H / scale, W / scale) and output
        (N, 3, H, W).
    Range: 0..1.
    Source: Xiao et al., "Invertible Image Rescaling", ECCV 2020, arXiv:2005.05650, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        steps = count(shapes, "operations.#.haar_weights")
        couplings = count(shapes, "operations.#.F.conv1.weight")
        return {"scale": 2**steps, "blocks": couplings // steps}

    def __init__(self, scale: int, blocks: int = 8) -> None:
        super().__init__()
        steps: list[HaarStep | EnhancedCoupling] = []
        for step in range(scale.bit_length() - 1):
            bands = _COLOURS * 4 ** (step + 1)
            steps += [HaarStep(bands // 4), *(EnhancedCoupling(bands) for _ in range(blocks))]
        self.operations = nn.ModuleList(steps)

    def down(self, x: Tensor) -> Tensor:
        """Return the small image, not rounded, and the details behind it, as channels."""
        for step in self.operations:
            x = step(x)
        return x

    def up(self, x: Tensor) -> Tensor:
        """Return the large image of a small image with details: the inverse of `down`."""
        for step in reversed(self.operations):
            assert isinstance(step, HaarStep | EnhancedCoupling)
            x = step.inverse(x)
        return x

    def forward(
        self,
        input: Tensor,  # noqa: A002 - the role of the part
        seed: float = 0,
        temperature: float = 1,
    ) -> dict[str, Tensor]:
        """Return the small images, rounded to 8 bits, and the images that come back."""
        small, details = self.down(input).tensor_split([_COLOURS], dim=1)
        low = (small.clamp(0, 1) * 255).round() / 255
        generator = torch.Generator().manual_seed(int(seed))
        drawn = torch.randn(details.shape, generator=generator).to(input.device)
        return {"low": low, "output": self.up(torch.cat([low, temperature * drawn], dim=1))}
