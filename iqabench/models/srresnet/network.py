"""SRResNet by Ledig et al., the generator of SRGAN; and MSRResNet, its later form without normalisation.

Source: Ledig et al., "Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network",
CVPR 2017, arXiv:1609.04802.
"""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.shapes import Shapes, count, shuffled

_MEAN, _COUNTER = "running_mean", "num_batches_tracked"


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Return published weights with counters of training steps, which old files lack."""
    del scale
    means = [name for name in state if name.endswith(_MEAN)]
    counters = {name.removesuffix(_MEAN) + _COUNTER: torch.tensor(0) for name in means}
    return {**counters, **state}


class NormalisedBlock(nn.Module):
    """Two normalised convolutions with one activation between them, under a skip.

    Shapes: (N, features, H, W) to the same.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1, self.bn1 = conv3x3(features, features), nn.BatchNorm2d(features)
        self.prelu = nn.PReLU()
        self.conv2, self.bn2 = conv3x3(features, features), nn.BatchNorm2d(features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        out: Tensor = self.bn2(self.conv2(self.prelu(self.bn1(self.conv1(x)))))
        return out + x


class Doubling(nn.Module):
    """A convolution, a pixel shuffle of two, and an activation.

    Shapes: (N, features, H, W) to (N, features, 2 H, 2 W).
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv = conv3x3(features, 4 * features)
        self.prelu = nn.PReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Enlarge the features x."""
        out: Tensor = self.prelu(functional.pixel_shuffle(self.conv(x), 2))
        return out


class SRResNet(nn.Module):
    """Residual blocks with batch normalisation under a long skip, then doublings.

    `normalised_end`: a batch normalisation ends the trunk, as in the paper; without it an activation does, as
    in iSeeBetter. `tanh`: the output is (tanh + 1) / 2.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); scale 2, 4 or 8.
    Range: 0..1.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes.

        The published files without a normalisation at the end of the trunk are those with tanh.
        """
        blocks = count(shapes, "block#.conv1.weight")
        is_normalised = f"block{blocks + 2}.1.running_mean" in shapes
        return {
            "scale": 2 ** count(shapes, f"block{blocks + 3}.#.prelu.weight"),
            "blocks": blocks,
            "features": shapes["block1.0.bias"][0],
            "normalised_end": is_normalised,
            "tanh": not is_normalised,
        }

    def __init__(
        self, scale: int, blocks: int, features: int, *, normalised_end: bool, tanh: bool
    ) -> None:
        super().__init__()
        self.tanh = tanh
        self.block1 = nn.Sequential(nn.Conv2d(3, features, 9, padding=4), nn.PReLU())
        self.trunk = tuple(f"block{number}" for number in range(2, blocks + 3))
        for name in self.trunk[:-1]:
            self.add_module(name, NormalisedBlock(features))
        end = nn.BatchNorm2d(features) if normalised_end else nn.PReLU()
        self.add_module(self.trunk[-1], nn.Sequential(conv3x3(features, features), end))
        doublings = [Doubling(features) for _ in range(scale.bit_length() - 1)]
        self.tail = f"block{blocks + 3}"
        last = nn.Conv2d(features, 3, 9, padding=4)
        self.add_module(self.tail, nn.Sequential(*doublings, last))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = features = self.block1(x)
        for name in self.trunk:
            features = getattr(self, name)(features)
        restored: Tensor = getattr(self, self.tail)(features + shallow)
        return (torch.tanh(restored) + 1) / 2 if self.tanh else restored


class UnnormalisedBlock(nn.Module):
    """Two convolutions with a ReLU between them, under a skip.

    Shapes: (N, features, H, W) to the same.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1, self.conv2 = conv3x3(features, features), conv3x3(features, features)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        out: Tensor = self.conv2(self.relu(self.conv1(x)))
        return out + x


class MSRResNet(nn.Module):
    """Residual blocks without normalisation, pixel shuffles, and the enlarged input added.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); scale 2, 3 or 4.
    Range: 0..1.
    Source: Wang et al., "ESRGAN", ECCVW 2018, arXiv:1809.00219, whose authors' code has it.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        features = shapes["conv_first.bias"][0]
        step = shuffled(shapes["upconv1.bias"][0], features)
        return {
            "scale": 4 if "upconv2.bias" in shapes else step,
            "blocks": count(shapes, "body.#.conv1.weight"),
            "features": features,
        }

    def __init__(self, scale: int, blocks: int, features: int) -> None:
        super().__init__()
        self.scale = scale
        self.steps = [2, 2] if scale == 4 else [scale]
        self.conv_first = conv3x3(3, features)
        self.body = nn.Sequential(*(UnnormalisedBlock(features) for _ in range(blocks)))
        for number, step in enumerate(self.steps, 1):
            self.add_module(f"upconv{number}", conv3x3(features, features * step**2))
        self.conv_hr = conv3x3(features, features)
        self.conv_last = conv3x3(features, 3)
        self.act = nn.LeakyReLU(0.1)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        features = self.body(self.act(self.conv_first(x)))
        for number, step in enumerate(self.steps, 1):
            wide = getattr(self, f"upconv{number}")(features)
            features = self.act(functional.pixel_shuffle(wide, step))
        restored: Tensor = self.conv_last(self.act(self.conv_hr(features)))
        base = functional.interpolate(
            x, scale_factor=self.scale, mode="bilinear", align_corners=False
        )
        return restored + base
