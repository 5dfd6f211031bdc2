"""Retinexformer by Cai et al.: an image is lit by an estimate, then repaired under that light."""

from collections.abc import Sequence
from typing import cast

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from iqabench.models.retinexformer.attention import LightBlocks

_LARGE = 3000
"""The side from which the authors restore odd and even columns apart, to save memory."""
_LEVELS = 2


class LightEstimator(nn.Module):
    """A network from an image and its mean channel to features of the light and a map that lights the image.

    Shapes: (N, 3, H, W) to (N, features, H, W) and (N, 3, H, W).
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(4, features, 1)
        self.depth_conv = nn.Conv2d(features, features, 5, padding=2, groups=4)
        self.conv2 = nn.Conv2d(features, 3, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Return the features of the light, and the map."""
        light: Tensor = self.depth_conv(self.conv1(torch.cat([x, x.mean(1, keepdim=True)], dim=1)))
        return light, self.conv2(light)


class LitUNet(nn.Module):
    """A U-Net whose blocks are guided by the light; it repairs the lit image.

    Shapes: (N, 3, H, W) and (N, features, H, W) to (N, 3, H, W); H and W multiples of 4.
    """

    def __init__(self, features: int, blocks: Sequence[int]) -> None:
        super().__init__()
        widths = [features * 2**level for level in range(_LEVELS + 1)]
        self.embedding = nn.Conv2d(3, features, 3, padding=1, bias=False)
        self.encoder_layers = nn.ModuleList()
        self.decoder_layers = nn.ModuleList()
        for level in range(_LEVELS):
            fine, coarse = widths[level], widths[level + 1]
            halvings = [
                nn.Conv2d(fine, coarse, 4, stride=2, padding=1, bias=False) for _ in range(2)
            ]
            encoder = LightBlocks(fine, fine // features, blocks[level])
            self.encoder_layers.append(nn.ModuleList([encoder, *halvings]))
        for level in reversed(range(_LEVELS)):
            fine, coarse = widths[level], widths[level + 1]
            doubling = nn.ConvTranspose2d(coarse, fine, 2, stride=2)
            fusion = nn.Conv2d(coarse, fine, 1, bias=False)
            decoder = LightBlocks(fine, fine // features, blocks[level])
            self.decoder_layers.append(nn.ModuleList([doubling, fusion, decoder]))
        self.bottleneck = LightBlocks(widths[-1], widths[-1] // features, blocks[-1])
        self.mapping = nn.Conv2d(features, 3, 3, padding=1, bias=False)

    def forward(self, x: Tensor, light: Tensor) -> Tensor:
        """Return the repaired image."""
        deep = self.embedding(x)
        kept = []
        for layers in self.encoder_layers:
            blocks, halving, halving_of_light = cast(nn.ModuleList, layers)
            deep = blocks(deep, light)
            kept.append((deep, light))
            deep, light = halving(deep), halving_of_light(light)
        deep = self.bottleneck(deep, light)
        for layers in self.decoder_layers:
            doubling, fusion, blocks = cast(nn.ModuleList, layers)
            before, light = kept.pop()
            deep = blocks(fusion(torch.cat([doubling(deep), before], dim=1)), light)
        output: Tensor = self.mapping(deep) + x
        return output


class LitStage(nn.Module):
    """One stage: the image is lit, then repaired.

    Shapes: (N, 3, H, W), kept; H and W multiples of 4.
    """

    def __init__(self, features: int, blocks: Sequence[int]) -> None:
        super().__init__()
        self.estimator = LightEstimator(features)
        self.denoiser = LitUNet(features, blocks)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image as it is under a good light."""
        light, factor = self.estimator(x)
        output: Tensor = self.denoiser(x * factor + x, light)
        return output


class RetinexFormer(nn.Module):
    """Stages of lighting and repair; the published networks have one.

    Images are enlarged to multiples of 4 by reflection. An image with a side of 3000 pixels or more is
    restored as two images, of its odd and of its even columns, as the authors do it; its width is enlarged to
    a multiple of 8, where their code fails.

    Shapes: (N, 3, H, W), kept; H and W at least 4.
    Range: 0..1.
    Source: Cai et al., "Retinexformer: One-stage Retinex-based Transformer for Low-light Image Enhancement",
    ICCV 2023, arXiv:2303.06705, section 3.
    """

    def __init__(
        self, features: int = 40, stages: int = 1, blocks: Sequence[int] = (1, 2, 2)
    ) -> None:
        super().__init__()
        self.body = nn.Sequential(*(LitStage(features, blocks) for _ in range(stages)))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image as it is under a good light."""
        height, width = x.shape[2:]
        step = 2**_LEVELS
        parts = 1 if max(height, width) < _LARGE else 2
        padded = pad(x, (0, -width % (parts * step), 0, -height % step), mode="reflect")
        output = torch.empty_like(padded)
        for first in range(parts):
            output[..., first::parts] = self.body(padded[..., first::parts])
        return output[:, :, :height, :width]
