"""SESR's linear block: many 3x3 kernels, mixed by a 1x1 convolution, with a skip connection."""

import torch
from torch import Tensor, nn

from iqabench.compress.expand.convolution import ExpandedConvolution


class Sesr(ExpandedConvolution):
    """A block whose kernel is `mix` (1x1, `width` to outputs) after `wide` (3x3, inputs to `width`).

    The identity is added where the numbers of inputs and outputs are equal.

    Source: Bhardwaj et al., "Collapsible Linear Blocks for Super-Efficient Super Resolution", MLSys 2022,
    arXiv:2103.09404.
    """

    # Paper: begins with new weights; here: equal to the plain convolution, as a product of factors. `mix` has
    # orthonormal rows; `wide` has the kernels that they need, and random ones orthogonal to the rows.
    def __init__(self, plain: nn.Conv2d, width: int = 128) -> None:
        super().__init__(plain, width)
        outputs, inputs = plain.weight.shape[:2]
        width = max(width, outputs)
        goal = plain.weight.detach().double() - self._skip(plain.weight).double()
        rows = torch.linalg.qr(torch.randn(width, outputs, dtype=torch.float64)).Q.T
        extra = torch.randn(width, 9 * inputs, dtype=torch.float64) / (9 * inputs) ** 0.5
        wide = rows.T @ goal.flatten(1) + extra - rows.T @ (rows @ extra)
        scale = (wide.square().mean() * 9 * inputs) ** 0.25  # between the two, so that both move
        self.mix = nn.Parameter((rows * scale).float())
        self.wide = nn.Parameter((wide / scale).float())

    def kernel(self) -> Tensor:
        """Return the kernel (see `ExpandedConvolution.kernel`)."""
        return (self.mix @ self.wide).view_as(self.plain.weight) + self._skip(self.plain.weight)

    @staticmethod
    def _skip(weight: Tensor) -> Tensor:
        """Return the kernel of the identity, or zeros where there is none."""
        skip = torch.zeros_like(weight)
        return nn.init.dirac_(skip) if weight.shape[0] == weight.shape[1] else skip
