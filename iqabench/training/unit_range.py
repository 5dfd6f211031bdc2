"""A network of any numeric range as one of 0..1, in which all training here works."""

from torch import Tensor, nn


class UnitRangeNetwork(nn.Module):
    """A wrapper of a network that maps 0..`range` to 0..`range`, which maps 0..1 to 0..1.

    Shapes: (N, 3, H, W) to (N, 3, scale H, scale W).
    """

    def __init__(self, network: nn.Module, range: float = 1) -> None:  # noqa: A002 - the card's word
        super().__init__()
        self.network = network
        self.range = float(range)

    def forward(self, x: Tensor) -> Tensor:
        """Return the network's output, in 0..1, not clamped."""
        output: Tensor = self.network(x if self.range == 1 else x * self.range)
        return output if self.range == 1 else output / self.range
