"""SESR's linear block: many 3x3 kernels, mixed by a 1x1 convolution, beside a skip."""

import torch
from torch import Tensor, nn

from iqabench.compress.expand.expanded import Expanded


class Sesr(Expanded):
    """The kernel is `mix` (1x1, `width` to outputs) after `wide` (3x3, inputs to `width`), plus the identity
    where inputs and outputs are as many.

    Source: Bhardwaj et al., "Collapsible Linear Blocks for Super-Efficient Super Resolution", MLSys 2022,
    arXiv:2103.09404.
    """

    # Paper: begins anew; here: as the given convolution, by factors whose product it is. `mix` has
    # orthonormal rows; `wide` has what they need, and random kernels that they do not see yet.
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
        """See `Expanded.kernel`."""
        return (self.mix @ self.wide).view_as(self.plain.weight) + self._skip(self.plain.weight)

    @staticmethod
    def _skip(weight: Tensor) -> Tensor:
        """The identity, or nothing."""
        skip = torch.zeros_like(weight)
        return nn.init.dirac_(skip) if weight.shape[0] == weight.shape[1] else skip
