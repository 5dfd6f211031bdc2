"""Networks for several scales: the scale is an argument of each call."""

from collections.abc import Sequence

from torch import Tensor, nn

from iqabench.errors import ModelError


def require_scale(name: str, scale: int, scales: Sequence[int]) -> int:
    """Return a scale that a network has.

    Raises: ModelError with the scales that it has.
    """
    if scale not in scales:
        has = ", ".join(f"x{each}" for each in scales)
        raise ModelError(
            f"{name} is one network for {has}, and has no layers for x{scale}. Choose one of its scales."
        )
    return scale


class AtScale(nn.Module):
    """A network for several scales, called at one of them.

    Shapes: (N, C, H, W) to (N, C, scale H, scale W).
    """

    def __init__(self, network: nn.Module, scale: int) -> None:
        super().__init__()
        self.network = network
        self.scale = scale

    def forward(self, x: Tensor) -> Tensor:
        """Return the image, `scale` times larger."""
        restored: Tensor = self.network(x, scale=self.scale)
        return restored
