"""The mean of two frames, as a network without parameters."""

import torch
from torch import Tensor, nn


class MeanFrame(nn.Module):
    """The mean of the frames of a clip.

    Shapes: (T, C, H, W) to (1, C, H, W).
    Range: 0..255.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the mean over the frames."""
        return input.mean(dim=0, keepdim=True)


class MeanBetween(nn.Module):
    """The frames of a clip, and between each two their mean.

    Shapes: (T, C, H, W) to (2 T - 1, C, H, W).
    Range: 0..255.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the frames and the means between them."""
        between = (input[:-1] + input[1:]) / 2
        pairs = torch.stack([input[:-1], between], dim=1).flatten(0, 1)
        return torch.cat([pairs, input[-1:]])
