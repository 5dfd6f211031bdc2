"""CoMoNet by Huang et al.: dense blocks in hourglasses, whose kernels each image modulates.

Source: Huang et al., "Deep Convolution Modulation for Image Super-resolution", IEEE TCSVT 34(5), 2024; the
hourglass of dense blocks is U-HDN's.
"""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.shapes import Shapes, count

_MEAN, _SPREAD = (0.466, 0.448, 0.403), (0.242, 0.234, 0.246)
"""Mean and standard deviation of red, green and blue, in 0..1, by which images are normalised."""


class ModulatedConvolution(nn.Module):
    """A convolution whose kernel is weighed, for each image, by the share of active features.

    Each channel of the input is divided into as many cells as the kernel has taps. The share of values at or
    above `threshold` in each cell, by softmax over the cells, weighs the tap of that channel. A kernel of one
    tap has only one cell, and is not modulated.

    Shapes: (N, inputs, H, W) to (N, outputs, H, W).
    """

    def __init__(self, inputs: int, outputs: int, size: int, *, bias: bool) -> None:
        super().__init__()
        self.Conv2d = nn.Conv2d(inputs, outputs, size, padding=size // 2, bias=bias)
        self.threshold = nn.Parameter(torch.zeros(1))

    def forward(self, x: Tensor) -> Tensor:
        """Convolve each image of x with its own kernel."""
        size = self.Conv2d.kernel_size[0]
        if size == 1:
            out: Tensor = self.Conv2d(x)
            return out
        images, inputs, height, width = x.shape
        active = functional.adaptive_avg_pool2d((x >= self.threshold).to(x.dtype), size)
        shares = functional.softmax(active.flatten(2), dim=2) * size**2
        kernels = self.Conv2d.weight * shares.view(images, 1, inputs, size, size)
        joined = x.reshape(1, images * inputs, height, width)
        out = functional.conv2d(joined, kernels.flatten(0, 1), padding=size // 2, groups=images)
        return out.view(images, -1, height, width)


class DenseLayer(nn.Module):
    """A modulated convolution whose output is joined to its input.

    Shapes: (N, inputs, H, W) to (N, inputs + growth, H, W).
    """

    def __init__(self, inputs: int, growth: int) -> None:
        super().__init__()
        convolution = ModulatedConvolution(inputs, growth, 3, bias=False)
        self.layer = nn.Sequential(convolution, nn.LeakyReLU(0.1))

    def forward(self, x: Tensor) -> Tensor:
        """Join new features to x."""
        return torch.cat([x, self.layer(x)], dim=1)


class DenseBlock(nn.Module):
    """A chain of dense layers, and a 1x1 gate back to the number of features.

    Shapes: (N, features, H, W) to the same.
    """

    def __init__(self, features: int, layers: int, growth: int) -> None:
        super().__init__()
        chain = [DenseLayer(features + growth * number, growth) for number in range(layers)]
        self.body = nn.Sequential(*chain)
        gate = ModulatedConvolution(features + growth * layers, features, 1, bias=True)
        self.gate = nn.Sequential(gate)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        out: Tensor = self.gate(self.body(x))
        return out


class Hourglass(nn.Module):
    """A chain of dense blocks with skips between mirrored ones, under a skip.

    The output of block 4 of 6 gets that of block 2 added, and the output of block 5 that of block 1.

    Shapes: (N, features, H, W) to the same.
    """

    def __init__(self, features: int, depths: Sequence[int], growth: int) -> None:
        super().__init__()
        self.body = nn.ModuleList(DenseBlock(features, depth, growth) for depth in depths)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        waiting: list[Tensor] = []
        out = x
        half = len(self.body) // 2
        for number, block in enumerate(self.body):
            out = block(out)
            if number < half - 1:
                waiting.append(out)
            elif number >= half and waiting:
                out = out + waiting.pop()
        return out + x


def _upsampling(features: int, scale: int) -> nn.Sequential:
    """Return depthwise and pointwise convolutions before each pixel shuffle: x4 in two steps."""
    layers: list[nn.Module] = []
    for step in [2, 2] if scale == 4 else [scale]:
        wide = features * step**2
        depthwise = nn.Conv2d(features, wide, 3, padding=1, groups=features, bias=False)
        layers += [depthwise, nn.Conv2d(wide, wide, 1, bias=False), nn.PixelShuffle(step)]
    return nn.Sequential(*layers)


class CoMo(nn.Module):
    """Hourglasses of dense blocks with modulated kernels, under a long skip.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    """

    mean: Tensor
    spread: Tensor

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        features = shapes["input.bias"][0]
        blocks = count(shapes, "body.0.body.#.gate.0.threshold")
        steps = [
            shapes[name][0] for name in ("tail.0.0.weight", "tail.0.3.weight") if name in shapes
        ]
        return {
            "scale": 4 if len(steps) == 2 else round((steps[0] / features) ** 0.5),
            "features": features,
            "hourglasses": count(shapes, "body.#.body.0.gate.0.threshold"),
            "depths": [
                count(shapes, f"body.0.body.{block}.body.#.layer.0.threshold")
                for block in range(blocks)
            ],
            "growth": shapes["body.0.body.0.body.0.layer.0.Conv2d.weight"][0],
        }

    def __init__(
        self,
        scale: int,
        features: int = 48,
        hourglasses: int = 4,
        depths: Sequence[int] = (6, 5, 4, 4, 5, 6),
        growth: int = 8,
    ) -> None:
        super().__init__()
        self.register_buffer("mean", torch.tensor(_MEAN)[:, None, None], persistent=False)
        self.register_buffer("spread", torch.tensor(_SPREAD)[:, None, None], persistent=False)
        self.input = conv3x3(3, features)
        blocks = [Hourglass(features, depths, growth) for _ in range(hourglasses)]
        self.body = nn.Sequential(*blocks, conv3x3(features, features))
        self.tail = nn.Sequential(_upsampling(features, scale), conv3x3(features, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.input((x - self.mean) / self.spread)
        restored: Tensor = self.tail(self.body(shallow) + shallow)
        return restored * self.spread + self.mean
