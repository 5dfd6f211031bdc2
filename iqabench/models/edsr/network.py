"""EDSR by Lim et al.: deep residual networks without batch normalisation."""

from typing import Any

from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.residual import ResidualBlock, mean_shifts, shuffle_tail
from iqabench.models.layers.shapes import Shapes, count, tail_scale


class EDSR(nn.Module):
    """A chain of residual blocks at the input's size, then a shuffling tail.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution",
    CVPRW 2017, arXiv:1707.02921, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "scale": tail_scale(shapes, "tail.0"),
            "features": shapes["head.0.bias"][0],
            "blocks": count(shapes, "body.#.body.0.weight"),
            # Paper: the large network damps its blocks, the baseline does not (section 3.2).
            "damping": 0.1 if shapes["head.0.bias"][0] >= 256 else 1,
        }

    def __init__(self, scale: int, blocks: int, features: int, damping: float = 1) -> None:
        super().__init__()
        self.sub_mean, self.add_mean = mean_shifts()
        self.head = nn.Sequential(conv3x3(3, features))
        chain = [ResidualBlock(features, damping) for _ in range(blocks)]
        self.body = nn.Sequential(*chain, conv3x3(features, features))
        self.tail = nn.Sequential(shuffle_tail(features, scale), conv3x3(features, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.head(self.sub_mean(x))
        restored: Tensor = self.add_mean(self.tail(self.body(shallow) + shallow))
        return restored
