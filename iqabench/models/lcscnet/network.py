"""LCSCNet by Yang et al.: features that pass a 1x1 layer beside new features of a 3x3 layer."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.residual import mean_shifts, shuffle_tail
from iqabench.models.layers.shapes import Shapes, count, tail_scale

RATES = (0.75, 0.71875, 0.6875, 0.65625, 0.625, 0.59375, 0.5625, 0.53125, 0.5)
"""The share of new features in the units of each block."""


class CompressingUnit(nn.Module):
    """A 1x1 convolution of the input beside a 3x3 convolution of its positive part."""

    def __init__(self, features: int, rate: float) -> None:
        super().__init__()
        new = int(features * rate)
        self.nonlinear_conv = conv3x3(features, new)
        self.linear_conv = conv1x1(features, features - new)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        return torch.cat([self.linear_conv(x), self.nonlinear_conv(x.relu())], dim=1)


class CompressingBlock(nn.Module):
    """A chain of compressing units, fused with its input."""

    def __init__(self, features: int, rate: float, units: int, name: str) -> None:
        super().__init__()
        self.units = name
        self.add_module(
            name, nn.Sequential(*(CompressingUnit(features, rate) for _ in range(units)))
        )
        self.concat_conv = conv1x1(2 * features, features)

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        fused: Tensor = self.concat_conv(torch.cat([x, getattr(self, self.units)(x)], dim=1))
        return fused


def _arguments_of(shapes: Shapes, blocks: str, units: str) -> dict[str, Any]:
    """Return the arguments of a network whose blocks and units have these names."""
    features = shapes["init_conv.bias"][0]
    number = count(shapes, f"{blocks}.#.concat_conv.weight")
    paths = [f"{blocks}.{place}.{units}" for place in range(number)]
    return {
        "scale": tail_scale(shapes, "up_part.0"),
        "features": features,
        "units": count(shapes, f"{paths[0]}.#.linear_conv.bias"),
        "rates": [shapes[f"{path}.0.nonlinear_conv.bias"][0] / features for path in paths],
    }


class BLCSCNet(nn.Module):
    """The basic network: blocks of compressing units, added to the first features.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: Yang et al., "LCSCNet: Linear Compressing Based Skip-Connecting Network for Image
    Super-Resolution", IEEE TIP 2020, arXiv:1909.03573.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return _arguments_of(shapes, "ELCSC_blocks", "LCSC_units")

    def __init__(
        self, scale: int, features: int = 64, units: int = 6, rates: Sequence[float] = RATES
    ) -> None:
        super().__init__()
        # The authors' way of freezing the mean colour has no effect: it is trained, and may have moved.
        self.sub_mean, self.add_mean = mean_shifts(trained=True)
        self.init_conv = conv3x3(3, features)
        self.ELCSC_blocks = nn.Sequential(
            *(CompressingBlock(features, rate, units, "LCSC_units") for rate in rates)
        )
        self.up_part = nn.Sequential(shuffle_tail(features, scale), conv3x3(features, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.init_conv(self.sub_mean(x))
        restored: Tensor = self.add_mean(self.up_part(self.ELCSC_blocks(shallow) + shallow))
        return restored


class ELCSCNet(nn.Module):
    """The enhanced network: an image from every block by one shared tail, fused in turn by gates.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: as `BLCSCNet`.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return _arguments_of(shapes, "LCSC_blocks", "LCSC_Units")

    def __init__(
        self, scale: int, features: int = 128, units: int = 16, rates: Sequence[float] = RATES
    ) -> None:
        super().__init__()
        self.sub_mean, self.add_mean = mean_shifts(trained=True)
        self.init_conv = conv3x3(3, features)
        self.LCSC_blocks = nn.ModuleList(
            CompressingBlock(features, rate, units, "LCSC_Units") for rate in rates
        )
        self.up_part = nn.Sequential(shuffle_tail(features, scale), conv3x3(features, 3))
        self.weight_layers = nn.ModuleList(conv1x1(6, 3) for _ in range(len(rates) - 1))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = features = self.init_conv(self.sub_mean(x))
        images: list[Tensor] = []
        for block in self.LCSC_blocks:
            features = block(features) + shallow
            images.append(self.add_mean(self.up_part(features)))
        fused = images[0]
        for image, gate in zip(images[1:], self.weight_layers, strict=True):
            weight = gate(torch.cat([fused, image], dim=1)).sigmoid()
            fused = (fused - image) * weight + image
        return fused
