"""MIMO-UNet by Cho et al.: one encoder and one decoder for images of three sizes."""

from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import interpolate

from iqabench.models.layers.shapes import Shapes, count


class Layer(nn.Module):
    """A convolution and, unless it is the last of a block, an activation; `step` 1/2 doubles the size."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 3, step: float = 1, *, last: bool = False
    ) -> None:
        super().__init__()
        convolution: nn.Module = (
            nn.ConvTranspose2d(inputs, outputs, kernel, stride=round(1 / step), padding=1)
            if step < 1
            else nn.Conv2d(inputs, outputs, kernel, stride=int(step), padding=kernel // 2)
        )
        self.main = nn.Sequential(convolution, *([] if last else [nn.ReLU(inplace=True)]))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x."""
        output: Tensor = self.main(x)
        return output


class ResidualLayers(nn.Module):
    """Two layers whose output is added to the input."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.main = nn.Sequential(Layer(features, features), Layer(features, features, last=True))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        change: Tensor = self.main(x)
        return change + x


class ResidualLevel(nn.Module):
    """A chain of residual layers."""

    def __init__(self, blocks: int, features: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(*(ResidualLayers(features) for _ in range(blocks)))

    def forward(self, x: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        output: Tensor = self.layers(x)
        return output


class Shallow(nn.Module):
    """The features of a smaller copy of the image, and the image itself (the paper's SCM)."""

    def __init__(self, features: int) -> None:
        super().__init__()
        quarter, half = features // 4, features // 2
        self.main = nn.Sequential(
            Layer(3, quarter),
            Layer(quarter, half, 1),
            Layer(half, half),
            Layer(half, features - 3, 1),
        )
        self.conv = Layer(features, features, 1, last=True)

    def forward(self, image: Tensor) -> Tensor:
        """Return features of an image.

        Shapes: (N, 3, H, W) to (N, features, H, W).
        """
        output: Tensor = self.conv(torch.cat([image, self.main(image)], dim=1))
        return output


class ProductAttention(nn.Module):
    """Features with a function of their product with those of the smaller image (the paper's FAM)."""

    def __init__(self, features: int) -> None:
        super().__init__()
        self.merge = Layer(features, features, last=True)

    def forward(self, x: Tensor, shallow: Tensor) -> Tensor:
        """Transform the features x.

        Shapes: (N, features, H, W), kept.
        """
        output: Tensor = x + self.merge(x * shallow)
        return output


class LevelFusion(nn.Module):
    """Features of all three levels, brought to one size, together (the paper's AFF)."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.conv = nn.Sequential(Layer(inputs, outputs, 1), Layer(outputs, outputs, last=True))

    def forward(self, levels: list[Tensor], scales: tuple[float, float, float]) -> Tensor:
        """Return the fused features; each level is scaled by its factor first."""
        same = [
            x if scale == 1 else interpolate(x, scale_factor=scale)
            for x, scale in zip(levels, scales, strict=True)
        ]
        output: Tensor = self.conv(torch.cat(same, dim=1))
        return output


class MIMOUNet(nn.Module):
    """Three levels of residual layers down and up; each takes, and gives, the image in its own size.

    It returns the restored image in a quarter of the size, in half of it and whole; the smaller ones serve
    training.

    Shapes: (N, 3, H, W) to a list of three, the last of which is (N, 3, H, W); H and W multiples of 4.
    Range: 0 to 1.
    Source: Cho et al., "Rethinking Coarse-to-Fine Approach in Single Image Deblurring", ICCV 2021,
    arXiv:2108.05054.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "blocks": count(shapes, "Encoder.0.layers.#.main.0.main.0.weight"),
            "features": shapes["feat_extract.0.main.0.weight"][0],
        }

    def __init__(self, blocks: int = 8, features: int = 32) -> None:
        super().__init__()
        first, second, third = features, 2 * features, 4 * features
        every = first + second + third
        self.Encoder = nn.ModuleList(
            ResidualLevel(blocks, width) for width in (first, second, third)
        )
        self.feat_extract = nn.ModuleList(
            [
                Layer(3, first),
                Layer(first, second, step=2),
                Layer(second, third, step=2),
                Layer(third, second, 4, step=0.5),
                Layer(second, first, 4, step=0.5),
                Layer(first, 3, last=True),
            ]
        )
        self.Decoder = nn.ModuleList(
            ResidualLevel(blocks, width) for width in (third, second, first)
        )
        self.Convs = nn.ModuleList([Layer(third, second, 1), Layer(second, first, 1)])
        self.ConvsOut = nn.ModuleList(Layer(width, 3, last=True) for width in (third, second))
        self.AFFs = nn.ModuleList([LevelFusion(every, first), LevelFusion(every, second)])
        self.FAM1 = ProductAttention(third)
        self.SCM1 = Shallow(third)
        self.FAM2 = ProductAttention(second)
        self.SCM2 = Shallow(second)

    def forward(self, x: Tensor) -> list[Tensor]:
        """Return the restored image in three sizes, the smallest first."""
        images = [x, interpolate(x, scale_factor=0.5), interpolate(x, scale_factor=0.25)]
        first, second, deep = self._encoded(images)
        levels = [first, second, deep]
        skips = [self.AFFs[1](levels, (0.5, 1, 2)), self.AFFs[0](levels, (1, 2, 4))]
        outputs = []
        for place, skip in enumerate(skips):
            deep = self.Decoder[place](deep)
            outputs.append(self.ConvsOut[place](deep) + images[2 - place])
            deep = torch.cat([self.feat_extract[3 + place](deep), skip], dim=1)
            deep = self.Convs[place](deep)
        outputs.append(self.feat_extract[5](self.Decoder[2](deep)) + x)
        return outputs

    def _encoded(self, images: list[Tensor]) -> tuple[Tensor, Tensor, Tensor]:
        """Return the features of the three levels."""
        first = self.Encoder[0](self.feat_extract[0](images[0]))
        second = self.FAM2(self.feat_extract[1](first), self.SCM2(images[1]))
        second = self.Encoder[1](second)
        third = self.FAM1(self.feat_extract[2](second), self.SCM1(images[2]))
        return first, second, self.Encoder[2](third)
