"""RepVGG's block: a 3x3 convolution, a 1x1 convolution and the identity, added."""

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from iqabench.compress.expand.convolution import ExpandedConvolution


class RepVgg(ExpandedConvolution):
    """A block whose kernel is the sum of a 3x3 one, a 1x1 one in its middle, and the identity.

    The identity is left out where the numbers of inputs and outputs differ.

    Source: Ding et al., "RepVGG: Making VGG-style ConvNets Great Again", CVPR 2021, arXiv:2101.03697.
    """

    # Paper: batch norm in every branch; here: none, as in networks of super-resolution.
    # Paper: begins with new weights; here: equal to the plain convolution, the 3x3 branch being what remains
    # of it after the other two.
    def __init__(self, plain: nn.Conv2d, width: int = 0) -> None:
        super().__init__(plain, width)
        outputs, inputs = plain.weight.shape[:2]
        point = torch.randn(outputs, inputs, 1, 1) / (9 * inputs) ** 0.5
        self.point = nn.Parameter(point)
        rest = plain.weight.detach() - pad(point, [1, 1, 1, 1]) - self._skip(plain.weight)
        self.square = nn.Parameter(rest)

    def kernel(self) -> Tensor:
        """Return the kernel (see `ExpandedConvolution.kernel`)."""
        return self.square + pad(self.point, [1, 1, 1, 1]) + self._skip(self.plain.weight)

    @staticmethod
    def _skip(weight: Tensor) -> Tensor:
        """Return the kernel of the identity, or zeros where there is none."""
        skip = torch.zeros_like(weight)
        return nn.init.dirac_(skip) if weight.shape[0] == weight.shape[1] else skip
