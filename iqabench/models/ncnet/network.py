"""NCNet by Luo et al.: seven convolutions whose output is added to the nearest enlargement of the image."""

from itertools import pairwise
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import conv2d, pixel_shuffle

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.shapes import Shapes, count, shuffled


class NCNet(nn.Module):
    """A plain chain of convolutions, added to the image that a fixed 1x1 convolution copies scale^2 times.

    The fixed convolution makes the enlargement one that mobile processors compute fast. It is not stored:
    the file of the authors' PyTorch code has only `body`.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255, clipped.
    Source: Luo et al., "Fast Nearest Convolution for Real-Time Efficient Image Super-Resolution", ECCVW 2022,
    arXiv:2208.11609.
    """

    nearest: Tensor

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        layers = count(shapes, "body.#.bias")
        return {
            "scale": shuffled(shapes[f"body.{2 * (layers - 1)}.bias"][0]),
            "features": shapes["body.0.bias"][0],
            "layers": layers,
        }

    def __init__(self, scale: int = 3, features: int = 32, layers: int = 7) -> None:
        super().__init__()
        self.scale = scale
        outputs = 3 * scale**2
        widths = [3, *[features] * (layers - 2), outputs, outputs]
        chain: list[nn.Module] = []
        for inputs, width in pairwise(widths):
            chain += [conv3x3(inputs, width), nn.ReLU(inplace=True)]
        self.body = nn.Sequential(*chain[:-1])
        copies = torch.eye(3).repeat_interleave(scale**2, dim=0)[:, :, None, None]
        self.register_buffer("nearest", copies, persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        both = self.body(x) + conv2d(x, self.nearest)
        return pixel_shuffle(both, self.scale).clamp(0, 255)
