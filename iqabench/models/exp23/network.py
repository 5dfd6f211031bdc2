"""Enlarging by 23 taps without the panchromatic image, as a network without parameters."""

from torch import Tensor, nn

from iqabench.models.layers.pansharpening import enlarge


class Enlarge23(nn.Module):
    """The interpolator of 23 taps; the panchromatic image is not looked at.

    Shapes: (N, B, H, W) to (N, B, s H, s W). Range: any.
    """

    def __init__(self, scale: int = 4) -> None:
        super().__init__()
        self.scale = scale

    def forward(self, input: Tensor) -> Tensor:  # noqa: A002 - the role of the part
        """Return the enlarged bands."""
        return enlarge(input, self.scale)
