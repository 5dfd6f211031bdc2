"""SCI by Ma et al. as deployed: one small block of the cascade that was trained."""

from typing import cast

from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3

_DARKEST = 1e-4
"""The smallest illumination that an image is divided by."""


class SCI(nn.Module):
    """A network of three convolutions that estimates the illumination, by which the image is divided.

    The calibrating network of the published files serves training only and is not built.

    Shapes: (N, 3, H, W), kept.
    Range: 0..1.
    Source: Ma et al., "Toward Fast, Flexible, and Robust Low-Light Image Enhancement", CVPR 2022,
    arXiv:2204.10137.
    """

    def __init__(self, features: int = 3) -> None:
        super().__init__()
        self.enhance = Illumination(features)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image as it is under an even light."""
        even: Tensor = x / self.enhance(x)
        return even.clamp(0, 1)


class Illumination(nn.Module):
    """The estimate of the illumination: never darker than the image.

    Shapes: (N, 3, H, W), kept.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.in_conv = nn.Sequential(conv3x3(3, features), nn.ReLU())
        layers = (conv3x3(features, features), nn.BatchNorm2d(features), nn.ReLU())
        self.blocks = nn.ModuleList([nn.Sequential(*layers)])
        self.out_conv = nn.Sequential(conv3x3(features, 3), nn.Sigmoid())

    def forward(self, x: Tensor) -> Tensor:
        """Return the illumination of each pixel and channel."""
        features = self.in_conv(x)
        for block in self.blocks:
            features = features + block(features)
        added = cast(Tensor, self.out_conv(features))
        return (added + x).clamp(_DARKEST, 1)


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:
    """Return the tensors of the deployed network: without those of the calibration, and each of them once.

    The files hold the only block twice, as `conv` and as `blocks.0`.
    """
    del scale
    left_out = ("calibrate.", "enhance.conv.")
    return {name: tensor for name, tensor in state.items() if not name.startswith(left_out)}
