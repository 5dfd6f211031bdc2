"""Filters and blocks that networks of pan-sharpening share."""

import torch
from torch import Tensor, nn
from torch.nn import functional

_ODD = (0.610668182370, -0.145397186478, 0.043619155884, -0.010385513306, 0.001615524292)
_HALF = (1.0, *(tap for odd in _ODD for tap in (odd, 0.0)), -0.000120162964)
"""The middle tap of the interpolator and the eleven behind it; those before it are the same."""


def enlarge(images: Tensor, scale: int) -> Tensor:
    """Return images enlarged by the interpolator of 23 taps that the toolboxes of pan-sharpening use.

    Edges are continued by the opposite ones. Pixel (i, j) keeps its value at (scale i + scale/2, ...).

    Shapes: (N, C, H, W) to (N, C, scale H, scale W), with a scale that is a power of two.
    Source: Aiazzi et al., "Context-driven fusion of high spatial and spectral resolution images based on
    oversampled multiresolution analysis", IEEE TGRS 40(10), 2002.
    """
    first = 1
    while scale > 1:
        number, channels, height, width = images.shape
        wide = images.new_zeros(number, channels, 2 * height, 2 * width)
        wide[:, :, first::2, first::2] = images
        images = _filtered(_filtered(wide, 2), 3)
        first, scale = 0, scale // 2
    return images


def _filtered(images: Tensor, axis: int) -> Tensor:
    """Return images filtered along one axis, continued by the opposite edge."""
    taps = torch.tensor([*_HALF[:0:-1], *_HALF], dtype=images.dtype, device=images.device)
    reach, size, channels = len(_HALF) - 1, images.shape[axis], images.shape[1]
    place = torch.arange(-reach, size + reach, device=images.device) % size
    shape = [1, 1, 1, 1]
    shape[axis] = len(taps)
    kernel = taps.reshape(shape).expand(channels, -1, -1, -1)
    return functional.conv2d(images.index_select(axis, place), kernel, groups=channels)


def without_mean(images: Tensor, side: int = 5, edge: str = "reflect") -> Tensor:
    """Return images minus the mean of side x side pixels around each pixel.

    `edge` is a mode of padding of torch. Shapes: (N, C, H, W) to the same.
    """
    padded = functional.pad(images, (side // 2,) * 4, mode=edge)
    return images - functional.avg_pool2d(padded, side, stride=1)


class SpectralResidual(nn.Module):
    """A residual block of two 3x3 convolutions under the names of the DLPan toolbox.

    Shapes: (N, F, H, W) to the same.
    """

    def __init__(self, features: int) -> None:
        super().__init__()
        self.conv20 = nn.Conv2d(features, features, 3, padding=1)
        self.conv21 = nn.Conv2d(features, features, 3, padding=1)
        self.relu = nn.ReLU()

    def forward(self, x: Tensor) -> Tensor:
        """Add the block's details to the features."""
        details: Tensor = self.conv21(self.relu(self.conv20(x)))
        return x + details


def residual_chain(owner: nn.Module, features: int, blocks: int = 4) -> nn.Sequential:
    """Add blocks res1, res2 ... to a network, and return a chain of the same blocks.

    Published files hold the weights under both names, `res1` and that of the chain; they are the same
    parameters.
    """
    chain = [SpectralResidual(features) for _ in range(blocks)]
    for number, block in enumerate(chain, 1):
        owner.add_module(f"res{number}", block)
    return nn.Sequential(*chain)
