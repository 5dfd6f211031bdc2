"""The plain loss; a loss is a function of the network, the inputs and the targets of a batch."""

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn.functional import l1_loss

Loss = Callable[[nn.Module, Tensor, Tensor], Tensor]
"""Network (0..1 to 0..1), inputs, targets, to one number. Where it is a torch module itself, its own
parameters are learned and kept with the network's."""


class MeanAbsolute:
    """Mean absolute error of the outputs.

    Units: of 0..1.
    """

    def __call__(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """The error on a batch."""
        return l1_loss(module(inputs).float(), targets)
