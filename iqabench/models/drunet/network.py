"""DRUNet by Zhang et al.: a residual U-Net that is told the level of the noise in one more channel."""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from iqabench.models.layers.sum_unet import ResidualConvolutions, SumUNet, doubling, halving


class DRUNet(SumUNet):
    """A U-Net that is given the image and one number, the same in every pixel.

    The number is `sigma` / 255 for noise of that standard deviation (of 255), or (100 - `quality`) / 100 for
    a JPEG of that quality.

    Shapes: (N, channels, H, W), kept.
    Range: 0..1.
    Source: Zhang et al., "Plug-and-Play Image Restoration with Deep Denoiser Prior", IEEE TPAMI 2021,
    arXiv:2008.13751, section 4.1.
    Raises: ValueError unless either sigma or quality is given.
    """

    def __init__(
        self,
        channels: int = 3,
        sigma: float | None = None,
        quality: float | None = None,
        widths: Sequence[int] = (64, 128, 256, 512),
        blocks: int = 4,
    ) -> None:
        if (sigma is None) == (quality is None):
            raise ValueError(
                "expected either sigma, the level of the noise, or quality, that of the JPEG"
            )
        steps = [(widths[n], widths[n + 1]) for n in range(len(widths) - 1)]
        super().__init__(
            head=nn.Conv2d(channels + 1, widths[0], 3, padding=1, bias=False),
            downs=[
                nn.Sequential(*_pairs(fine, blocks), halving(fine, coarse))
                for fine, coarse in steps
            ],
            body=nn.Sequential(*_pairs(widths[-1], blocks)),
            ups=[
                nn.Sequential(doubling(coarse, fine), *_pairs(fine, blocks))
                for fine, coarse in steps
            ],
            tail=nn.Conv2d(widths[0], channels, 3, padding=1, bias=False),
            multiple=2 ** len(steps),
        )
        self.level = sigma / 255 if sigma is not None else (100 - (quality or 0)) / 100

    def forward(self, x: Tensor) -> Tensor:
        """Return the clean image."""
        level = torch.full_like(x[:, :1], self.level)
        return super().forward(torch.cat([x, level], dim=1))


def _pairs(channels: int, number: int) -> list[nn.Module]:
    return [ResidualConvolutions(channels) for _ in range(number)]
