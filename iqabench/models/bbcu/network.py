"""BBCU by Xia et al.: MSRResNet without blocks' sums, and DnCNN, with binary units for convolutions."""

from typing import Any

from torch import Tensor, nn
from torch.nn.functional import interpolate

from iqabench.models.layers.binary import BinaryConv2d
from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.shapes import Shapes, count, shuffled


class BinaryBlock(nn.Module):
    """Two binary units in a row; each adds its input itself.

    Shapes: (N, features, H, W), kept.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.body = nn.Sequential(
            BinaryConv2d(features, features), BinaryConv2d(features, features)
        )

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        y: Tensor = self.body(x)
        return y


class BBCU(nn.Module):
    """A chain of binary blocks; upsampling and the convolution behind it are binary in the variant M.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..1; inside, values are `amplified` times as large, so that sums with binary results balance.
    Source: Xia et al., "Basic Binary Convolution Unit for Binarized Image Restoration Network", ICLR 2023,
    arXiv:2210.00405.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        binary_tail = "conv_hr.binary_conv.weight" in shapes
        first = "upconv1.binary_conv.weight" if binary_tail else "upconv1.weight"
        factor = shuffled(shapes[first][0], shapes[first][1])
        return {
            "scale": 4 if any(name.startswith("upconv2.") for name in shapes) else factor,
            "features": shapes["conv_first.bias"][0],
            "blocks": count(shapes, "body.#.body.0.binary_conv.weight"),
            "binary_tail": binary_tail,
        }

    def __init__(
        self,
        scale: int = 4,
        features: int = 64,
        blocks: int = 16,
        binary_tail: bool = False,
        amplified: float = 130,
    ) -> None:
        super().__init__()
        self.scale, self.amplified = scale, amplified
        step = 2 if scale == 4 else scale
        wide = features * step**2
        self.conv_first = conv3x3(3, features)
        self.body = nn.Sequential(*(BinaryBlock(features) for _ in range(blocks)))
        self.upconv1 = BinaryConv2d(features, wide) if binary_tail else conv3x3(features, wide)
        if scale == 4:
            self.upconv2 = BinaryConv2d(features, wide) if binary_tail else conv3x3(features, wide)
        same = BinaryConv2d if binary_tail else conv3x3
        self.conv_hr = same(features, features)
        self.conv_last = conv3x3(features, 3)
        self.pixel_shuffle = nn.PixelShuffle(step)
        self.lrelu = nn.LeakyReLU(0.1, inplace=True)
        self.binary_tail = binary_tail

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        x = x * self.amplified
        features = self.body(self.lrelu(self.conv_first(x)))
        for layer in (self.upconv1, self.upconv2) if self.scale == 4 else (self.upconv1,):
            features = self.pixel_shuffle(layer(features))
            features = features if self.binary_tail else self.lrelu(features)
        detail: Tensor = self.conv_last(self.lrelu(self.conv_hr(features)))
        base = interpolate(x, scale_factor=self.scale, mode="bilinear", align_corners=False)
        return (detail + base) / self.amplified


class BinaryDnCNN(nn.Module):
    """DnCNN whose convolutions between the first and the last are binary units; it estimates the noise.

    Shapes: (N, channels, H, W), kept.
    Range: 0..1; inside, values are `amplified` times as large.
    Source: Xia et al., "Basic Binary Convolution Unit for Binarized Image Restoration Network", ICLR 2023,
    arXiv:2210.00405, section 4.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        features, channels = shapes["model.0.weight"][:2]
        return {
            "channels": channels,
            "features": features,
            "layers": count(shapes, "model.#.binary_conv.weight") + 2,
            "bias": "model.0.bias" in shapes,
        }

    def __init__(
        self,
        channels: int = 3,
        features: int = 64,
        layers: int = 20,
        bias: bool = False,
        amplified: float = 130,
    ) -> None:
        super().__init__()
        self.amplified = amplified
        self.model = nn.Sequential(
            nn.Conv2d(channels, features, 3, padding=1, bias=bias),
            nn.ReLU(inplace=True),
            *(BinaryConv2d(features, features, bias=bias) for _ in range(layers - 2)),
            nn.Conv2d(features, channels, 3, padding=1, bias=bias),
        )

    def forward(self, x: Tensor) -> Tensor:
        """Return the image minus the estimated noise."""
        x = x * self.amplified
        noise: Tensor = self.model(x)
        return (x - noise) / self.amplified
