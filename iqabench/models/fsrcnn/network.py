"""FSRCNN by Dong et al., in colour and with the details of the published weights."""

from typing import Any

from torch import Tensor, nn

from iqabench.models.layers.blocks import conv1x1, conv3x3
from iqabench.models.layers.shapes import Shapes, count


class FSRCNNFeatures(nn.Module):
    """The layers of FSRCNN before it enlarges: features, shrinking, mapping, expanding.

    No activation stands between the 3x3 convolutions, as in the published weights; the paper has one there.

    Shapes: (N, 3, H, W) to (N, features, H, W).
    Range: 0..1.
    """

    def __init__(self, features: int = 56, narrow: int = 12, mapping: int = 4) -> None:
        super().__init__()
        self.features = features
        self.head_conv = nn.Sequential(nn.Conv2d(3, features, 5, padding=2), nn.PReLU())
        self.body_conv = nn.Sequential(
            nn.Sequential(conv1x1(features, narrow), nn.PReLU()),
            *(conv3x3(narrow, narrow) for _ in range(mapping)),
            nn.PReLU(),
            nn.Sequential(conv1x1(narrow, features), nn.PReLU()),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the features of the image."""
        deep: Tensor = self.body_conv(self.head_conv(x))
        return deep


class FSRCNN(FSRCNNFeatures):
    """FSRCNN: features at the input's size, and a 9x9 transposed convolution.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1.
    Source: Dong et al., "Accelerating the Super-Resolution Convolutional Neural Network", ECCV 2016,
    arXiv:1608.00367, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "features": shapes["head_conv.0.bias"][0],
            "narrow": shapes["body_conv.0.0.bias"][0],
            "mapping": count(shapes, "body_conv.#.weight") - 1,  # one is the weight of a PReLU
        }

    def __init__(
        self, scale: int = 4, features: int = 56, narrow: int = 12, mapping: int = 4
    ) -> None:
        super().__init__(features, narrow, mapping)
        padding = (9 - scale + 1) // 2  # the output is exactly `scale` times as large
        self.tail_conv = nn.ConvTranspose2d(
            features, 3, 9, stride=scale, padding=padding, output_padding=scale + 2 * padding - 9
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        restored: Tensor = self.tail_conv(super().forward(x))
        return restored
