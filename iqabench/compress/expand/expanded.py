"""A convolution whose kernel is computed from factors, and a network of them."""

import torch
from torch import Tensor, nn

from iqabench.errors import CompressError


class Expanded(nn.Module):
    """A 3x3 convolution whose kernel is the sum or product of several, computed anew in every pass.

    So the extra layers cost what their kernels cost and nothing for each pixel, as SESR trains them.

    Shapes: those of the convolution it stands for.
    """

    def __init__(self, plain: nn.Conv2d, width: int = 0) -> None:  # noqa: ARG002 - of blocks that have one
        super().__init__()
        self.plain = plain
        """For its ways: stride, padding, groups; its bias is learned, its kernel set aside."""
        plain.weight.requires_grad_(False)

    def kernel(self) -> Tensor:
        """The kernel that the factors come to."""
        raise NotImplementedError

    def forward(self, x: Tensor) -> Tensor:
        """The convolution of x."""
        made: Tensor = self.plain._conv_forward(x, self.kernel(), self.plain.bias)
        return made

    @torch.no_grad()
    def collapsed(self) -> nn.Conv2d:
        """The plain convolution with the kernel of now."""
        self.plain.weight.copy_(self.kernel())
        self.plain.weight.requires_grad_(True)
        return self.plain


def expand(network: nn.Module, block: type[Expanded], width: int, seed: int = 0) -> list[str]:
    """Put a block in the place of every 3x3 convolution that learns; the outputs stay as they are.

    Returns: the names of the convolutions.
    Raises: CompressError when there is none.
    """
    found = [name for name, layer in network.named_modules() if _is_plain(layer)]
    if not found:
        raise CompressError(
            f"{type(network).__name__} has no 3x3 convolution of one group to expand; there is nothing to "
            "collapse afterwards."
        )
    torch.manual_seed(seed)
    for name in found:
        layer = network.get_submodule(name)
        assert isinstance(layer, nn.Conv2d)
        network.set_submodule(name, block(layer, width))
    return found


def collapse(network: nn.Module) -> None:
    """Put plain convolutions back in the place of all blocks."""
    blocks = [
        (name, layer) for name, layer in network.named_modules() if isinstance(layer, Expanded)
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
