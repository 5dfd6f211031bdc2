"""RCAN by Zhang et al.: residual groups of residual blocks with channel attention."""

from typing import Any

from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3
from iqabench.models.layers.channel_attention import group_arguments, residual_group
from iqabench.models.layers.residual import mean_shifts, shuffle_tail
from iqabench.models.layers.shapes import Shapes


class RCAN(nn.Module):
    """Residual groups of residual channel-attention blocks, then a shuffling tail.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    Range: 0..255.
    Source: Zhang et al., "Image Super-Resolution Using Very Deep Residual Channel Attention
    Networks", ECCV 2018, arXiv:1807.02758, section 3.
    """

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        return group_arguments(shapes)

    def __init__(
        self, scale: int, groups: int = 10, blocks: int = 20, features: int = 64, squeezed: int = 4
    ) -> None:
        super().__init__()
        # Paper: the mean colour is a constant; here: it is trained, as in the authors' code, whose
        # way of freezing it has no effect: it is among the parameters, and may have moved.
        self.sub_mean, self.add_mean = mean_shifts(trained=True)
        self.head = nn.Sequential(conv3x3(3, features))
        chain = [residual_group(blocks, features, squeezed) for _ in range(groups)]
        self.body = nn.Sequential(*chain, conv3x3(features, features))
        self.tail = nn.Sequential(shuffle_tail(features, scale), conv3x3(features, 3))

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        shallow = self.head(self.sub_mean(x))
        restored: Tensor = self.add_mean(self.tail(self.body(shallow) + shallow))
        return restored
