"""The mean of two frames, as a network without parameters."""

from torch import Tensor, nn


class MeanFrame(nn.Module):
    """The mean of the frames of a clip.

    Shapes: (T, C, H, W) to (1, C, H, W).
    Range: 0..255.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the mean over the frames."""
        return input.mean(dim=0, keepdim=True)
