"""The mean absolute error; a loss is a function of the network, the inputs and the targets of a batch."""

from collections.abc import Callable

from torch import Tensor, nn
from torch.nn.functional import l1_loss

Loss = Callable[[nn.Module, Tensor, Tensor], Tensor]
"""A function of network (0..1 to 0..1), inputs and targets that returns one number. Where it is a torch
module, its parameters are trained and saved with the network's."""


class MeanAbsolute:
    """The mean absolute error of the outputs.

    Units: those of values in 0..1.
    """

    def __call__(self, module: nn.Module, inputs: Tensor, targets: Tensor) -> Tensor:
        """Return the error on a batch."""
        return l1_loss(module(inputs).float(), targets)
