"""MDSR by Lim et al.: residual blocks that three scales share, between layers of each scale."""

from typing import Any

from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.multiscale import require_scale
from iqabench.models.layers.residual import ResidualBlock, mean_shifts, shuffle_tail
from iqabench.models.layers.shapes import Shapes, count

SCALES = (2, 3, 4)
"""The scales of the network; lists of its layers have this order."""


class MDSR(nn.Module):
    """A chain of residual blocks for all scales, after two blocks and before an upsampling of each scale.

    `scale` is the scale of a call that names none.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: Lim et al., "Enhanced Deep Residual Networks for Single Image Super-Resolution",
    CVPRW 2017, arXiv:1707.02921, section 3.3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return {
            "features": shapes["head.0.bias"][0],
            "blocks": count(shapes, "body.#.body.0.weight"),
        }

    def __init__(self, scale: int = 4, blocks: int = 80, features: int = 64) -> None:
        super().__init__()
        self.scale = require_scale("MDSR", scale, SCALES)
        self.sub_mean, self.add_mean = mean_shifts()
        self.head = nn.Sequential(conv3x3(3, features))
        self.pre_process = nn.ModuleList(
            nn.Sequential(*(ResidualBlock(features, 1, kernel=5) for _ in range(2))) for _ in SCALES
        )
        chain = [ResidualBlock(features, 1) for _ in range(blocks)]
        self.body = nn.Sequential(*chain, conv3x3(features, features))
        self.upsample = nn.ModuleList(shuffle_tail(features, each) for each in SCALES)
        self.tail = nn.Sequential(conv3x3(features, 3))

    def forward(self, x: Tensor, scale: int | None = None) -> Tensor:
        """Return the image, `scale` times larger.

        Raises: ModelError for a scale that the network lacks.
        """
        place = SCALES.index(require_scale("MDSR", scale or self.scale, SCALES))
        shallow = self.pre_process[place](self.head(self.sub_mean(x)))
        deep = self.upsample[place](self.body(shallow) + shallow)
        restored: Tensor = self.add_mean(self.tail(deep))
        return restored
