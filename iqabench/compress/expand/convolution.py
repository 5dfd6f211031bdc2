"""A convolution whose kernel is computed from factors, and its exchange for plain convolutions."""

import torch
from torch import Tensor, nn

from iqabench.errors import CompressError


class ExpandedConvolution(nn.Module):
    """A 3x3 convolution whose kernel is the sum or product of several, computed anew in every pass.

    The extra layers are computed for the kernel and not for each pixel, as SESR trains them.

    Shapes: those of the plain convolution that it replaces.
    """

    def __init__(self, plain: nn.Conv2d, width: int = 0) -> None:  # noqa: ARG002 - of blocks that have one
        super().__init__()
        self.plain = plain
        """The plain convolution: its stride, padding, groups and bias are used, its kernel is not."""
        plain.weight.requires_grad_(False)

    def kernel(self) -> Tensor:
        """Return the kernel that the factors make."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """Convolve x."""
        output: Tensor = self.plain._conv_forward(x, self.kernel(), self.plain.bias)
        return output

    @torch.no_grad()
    def collapsed(self) -> nn.Conv2d:
        """Return the plain convolution with the current kernel."""
        self.plain.weight.copy_(self.kernel())
        self.plain.weight.requires_grad_(True)
        return self.plain


def expand(
    network: nn.Module, block: type[ExpandedConvolution], width: int, seed: int = 0
) -> list[str]:
    """Replace every trained 3x3 convolution by a block, in place; the outputs do not change.

    Returns: the names of the convolutions.
    Raises: CompressError when there is none.
    """
    names = [name for name, layer in network.named_modules() if _is_plain(layer)]
    if not names:
        raise CompressError(
            f"{type(network).__name__} has no 3x3 convolution of one group to expand; there is nothing to "
            "collapse afterwards."
        )
    torch.manual_seed(seed)
    for name in names:
        layer = network.get_submodule(name)
        assert isinstance(layer, nn.Conv2d)
        network.set_submodule(name, block(layer, width))
    return names


def collapse(network: nn.Module) -> None:
    """Replace all blocks by plain convolutions, in place."""
    blocks = [
        (name, layer)
        for name, layer in network.named_modules()
        if isinstance(layer, ExpandedConvolution)
    ]
    for name, layer in blocks:
        network.set_submodule(name, layer.collapsed())


def _is_plain(layer: nn.Module) -> bool:
    return (
        type(layer) is nn.Conv2d
        and layer.kernel_size == (3, 3)
        and layer.groups == 1
        and layer.weight.requires_grad
    )
