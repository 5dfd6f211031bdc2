"""The identity."""

from torch import Tensor, nn


class Identity(nn.Module):
    """A model that changes nothing.

    Shapes: (N, C, H, W), kept.
    Range: 0..255.
    """

    def forward(self, x: Tensor) -> Tensor:
        """Return x."""
        return x
