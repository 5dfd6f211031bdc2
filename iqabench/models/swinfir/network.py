"""SwinFIR by Zhang et al.: groups of Swin blocks that end with a convolution over frequencies."""

from collections.abc import Sequence
from functools import partial
from math import isqrt
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.layers.blocks import conv3x3, pixel_shuffle
from iqabench.models.layers.residual import shuffle_tail
from iqabench.models.layers.shapes import Shapes, count, shuffled, tail_scale
from iqabench.models.layers.windows import SwinGroup, without_computed
from iqabench.models.swinfir.frequency import SpatialFrequencyBlock

_MEAN = (0.3014, 0.3152, 0.3094)
"""The colour that the authors subtract: that of ImageNet in another range."""


def adapt(state: dict[str, Tensor], scale: int) -> dict[str, Tensor]:  # noqa: ARG001 - of all families
    """Return published weights without the tensors that follow from sizes."""
    return without_computed(state)


class SwinFIR(nn.Module):
    """Groups of Swin blocks between two convolutions, then a tail of one or several steps.

    The input is continued by its mirror image to the next multiple of the window, by at least one pixel, as
    the authors' test does, because the spectrum depends on it.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W); H and W at least 12.
    Range: 0 to 1.
    Source: Zhang et al., "SwinFIR: Revisiting the SwinIR with Fast Fourier Convolution and Improved Training
    for Image Super-Resolution", arXiv:2208.11247.
    """

    mean: Tensor

    @staticmethod
    def arguments_of(shapes: Shapes) -> dict[str, Any]:
        """Return the arguments with which the network has tensors of these shapes."""
        channels = shapes["conv_first.bias"][0]
        table = "layers.0.residual_group.blocks.0.attn.relative_position_bias_table"
        positions, heads = shapes[table]
        direct = "conv_before_upsample.0.bias" not in shapes
        return {
            "scale": shuffled(shapes["upsample.0.bias"][0])
            if direct
            else tail_scale(shapes, "upsample"),
            "channels": channels,
            "depths": [
                count(shapes, f"layers.{number}.residual_group.blocks.#.norm1.bias")
                for number in range(count(shapes, "layers.#.conv.fusion.bias"))
            ],
            "heads": heads,
            "side": (isqrt(positions) + 1) // 2,
            "reduction": channels // shapes["layers.0.conv.S.body.0.bias"][0],
            "direct": direct,
        }

    def __init__(
        self,
        scale: int,
        channels: int = 60,
        depths: Sequence[int] = (6, 5, 5, 6),
        heads: int = 6,
        side: int = 12,
        reduction: int = 2,
        direct: bool = True,
    ) -> None:
        super().__init__()
        self.scale, self.side = scale, side
        self.register_buffer("mean", torch.tensor(_MEAN).view(1, 3, 1, 1), persistent=False)
        self.conv_first = conv3x3(3, channels)
        self.patch_embed = nn.ModuleDict({"norm": nn.LayerNorm(channels)})
        last = partial(SpatialFrequencyBlock, reduction=reduction)
        self.layers = nn.Sequential(
            *(SwinGroup(channels, depth, heads, side, last) for depth in depths)
        )
        self.norm = nn.LayerNorm(channels)
        self.conv_after_body = conv3x3(channels, channels)
        if direct:
            self.upsample = pixel_shuffle(channels, scale)
            self.conv_before_upsample: nn.Module = nn.Identity()
            self.conv_last: nn.Module = nn.Identity()
        else:
            self.conv_before_upsample = nn.Sequential(
                conv3x3(channels, 64), nn.LeakyReLU(inplace=True)
            )
            self.upsample = shuffle_tail(64, scale)
            self.conv_last = conv3x3(64, 3)

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        height, width = x.shape[2:]
        rows, columns = (self._continued(length, x.device) for length in (height, width))
        shallow = self.conv_first(x[:, :, rows][..., columns] - self.mean)
        tokens = self.patch_embed["norm"](shallow.movedim(1, 3))
        deep = self.norm(self.layers(tokens)).movedim(3, 1)
        features = self.conv_before_upsample(self.conv_after_body(deep) + shallow)
        restored: Tensor = self.conv_last(self.upsample(features)) + self.mean
        return restored[:, :, : height * self.scale, : width * self.scale]

    def _continued(self, length: int, device: torch.device) -> Tensor:
        """Return the places of a side that is continued by its mirror image."""
        places = torch.arange((length // self.side + 1) * self.side, device=device)
        return torch.where(places < length, places, 2 * length - 1 - places)
