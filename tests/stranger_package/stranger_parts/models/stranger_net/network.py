"""A box filter, as a network."""

from torch import Tensor, nn


class Box(nn.Module):
    """The mean of 3 x 3 pixels."""

    def __init__(self) -> None:
        super().__init__()
        self.mean = nn.AvgPool2d(3, 1, 1, count_include_pad=False)

    def forward(self, image: Tensor) -> Tensor:
        """Return (N, C, H, W) of the same shape."""
        filtered: Tensor = self.mean(image)
        return filtered
