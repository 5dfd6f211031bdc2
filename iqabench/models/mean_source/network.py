"""The mean of the sources, as a network without parameters."""

from torch import Tensor, nn


class MeanSource(nn.Module):
    """The mean of any number of sources.

    Shapes: (T, C, H, W) to (1, C, H, W). Range: 0..255.
    """

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the mean of the sources."""
        return input.mean(dim=0, keepdim=True)
