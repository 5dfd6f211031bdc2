"""Group Fisher importance: the estimated change of the loss without coupled channels, per memory they take.

Source: Liu et al., "Group Fisher Pruning for Practical Network Compression", ICML 2021, arXiv:2108.00708.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import torch
import torch_pruning
from torch import Tensor, nn
from torch_pruning.dependency import Group
from torch_pruning.ops import TORCH_CONV, TORCH_LINEAR
from torch_pruning.pruner import function

_READERS = (function.prune_conv_in_channels, function.prune_linear_in_channels)
_WRITERS = (
    function.prune_conv_out_channels,
    function.prune_depthwise_conv_out_channels,
    function.prune_linear_out_channels,
)


class GroupFisherImportance(torch_pruning.importance.Importance):  # type: ignore[misc]  # untyped library
    """The sum over samples of the squared gradient of a mask on the channels, by the elements they take.

    Every layer that reads a channel reads it times a mask of 1; coupled channels share one mask, so its
    gradient is the sum over the layers that read them, taken before squaring. It is divided by the elements
    of all convolution outputs that go with the unit (per sample).

    Gradients are gathered within `watching`; afterwards a group's importance is the value of a call, as with
    torch-pruning's own classes.
    """

    # Paper: one channel goes every few training iterations, gradients accumulated meanwhile; here: all of a
    # round go at once, estimated on the same samples, because training comes after pruning.
    # Paper: of the task's loss; here: of the mean absolute error of each sample.
    # Paper: masks before depthwise convolutions too; here: not, as what they read is read again behind them.
    def __init__(self) -> None:
        self._gradients: dict[nn.Module, list[Tensor]] = {}
        self._areas: dict[nn.Module, int] = {}
        self._masks: list[tuple[nn.Module, Tensor]] = []

    @contextmanager
    def watching(self, network: nn.Module) -> Iterator[Callable[[], None]]:
        """Put masks before every layer within the block, and yield the function to call after `backward`."""
        layers = [m for m in network.modules() if isinstance(m, (TORCH_CONV, TORCH_LINEAR))]
        hooks = [layer.register_forward_pre_hook(self._mask) for layer in layers]
        hooks += [layer.register_forward_hook(self._measure) for layer in layers]
        try:
            yield self._gather
        finally:
            for hook in hooks:
                hook.remove()

    def __call__(self, group: Group) -> Tensor:
        """Return the importance of every unit of a group.

        Shapes: (units,).
        """
        units = len(group[0].idxs)
        fisher, saved = torch.zeros(0, units), torch.zeros(units)
        for item in group:
            layer, handler = item.dep.target.module, item.dep.handler
            place = torch.tensor(item.root_idxs)
            if handler in _READERS and layer in self._gradients:
                own = torch.cat(self._gradients[layer])[:, item.idxs]
                if not len(fisher):
                    fisher = torch.zeros(len(own), units)
                fisher.index_add_(1, place, own)
            if handler in _WRITERS:
                area = torch.full((len(place),), float(self._areas[layer]))
                saved.index_add_(0, place, area)
        return fisher.square().sum(0) / saved.clamp(min=1)

    def _mask(self, layer: nn.Module, inputs: tuple[Any, ...]) -> tuple[Any, ...]:
        x: Tensor = inputs[0]
        spatial = isinstance(layer, TORCH_CONV)
        channels = x.shape[1] if spatial else x.shape[-1]
        others = [1] * (x.ndim - 2)
        shape = (len(x), channels, *others) if spatial else (len(x), *others, channels)
        mask = torch.ones(shape, dtype=x.dtype, device=x.device, requires_grad=True)
        self._masks.append((layer, mask))
        return (x * mask, *inputs[1:])

    def _measure(self, layer: nn.Module, _: object, output: Tensor) -> None:
        channels = output.shape[1] if isinstance(layer, TORCH_CONV) else output.shape[-1]
        self._areas[layer] = output[0].numel() // channels

    def _gather(self) -> None:
        """Store the gradients of this step's masks by layer, summed for a layer that ran several times."""
        gradients: dict[nn.Module, Tensor] = {}
        for layer, mask in self._masks:
            if mask.grad is not None:
                gradient = mask.grad.flatten(1).float().cpu()
                gradients[layer] = gradients[layer] + gradient if layer in gradients else gradient
        for layer, gradient in gradients.items():
            self._gradients.setdefault(layer, []).append(gradient)
        self._masks.clear()
