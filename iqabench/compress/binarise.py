"""Binarisation: convolutions become binary units, which start from the parent's weights."""

from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.compress.running_order import Layers, run_once
from iqabench.compress.transform import Transform
from iqabench.models.core.card import Card
from iqabench.models.layers.binary import (
    BinaryConv2d,
    binary_like,
    obstacle_to_binary,
    resized_channels,
)
from iqabench.models.layers.placing import replace_layer

_SMALL = 1e-6
_SIDE = 48
"""Side of the photograph on which inputs and outputs are measured, in pixels."""


@dataclass
class Binarisation(Transform):
    """Basic binary convolution units (BBCU) in place of convolutions, all but the first and the last.

    A unit begins with the signs of its parent's weights. Inputs are shifted by their mean on a photograph, so
    that behind a ReLU, too, half of the signs are negative. Weights are scaled such that the binary
    convolution changes as much, from channel to channel, as the parent's output differs from the input that
    the unit adds.

    Source: Xia et al., ICLR 2023, arXiv:2210.00405; the start from a trained parent is a choice made here.
    """

    method = "binarised"
    layout = "binary"
    needs_maps = True

    @property
    def facts(self) -> dict[str, str | int | float]:
        """All options that decide the outcome."""
        return {"unit": "bbcu"}

    @property
    def words(self) -> str:
        """The change in the words of a recipe."""
        return "weights and inputs of one bit (BBCU)"

    def obstacle(self, layer: nn.Module) -> str:
        """Return the reason why a layer must stay as it is, or an empty text."""
        return obstacle_to_binary(layer)

    def apply(self, network: nn.Module, layers: Layers, card: Card) -> None:
        """Replace the layers by units."""
        units: dict[str, BinaryConv2d] = {}
        hooks = [
            layer.register_forward_hook(partial(_measure, units, name))
            for name, layer in layers.items()
        ]
        run_once(network, card, _SIDE)
        for hook in hooks:
            hook.remove()
        for name, unit in units.items():
            replace_layer(network, layers[name], unit.train(network.training))

    def complete(self, network: nn.Module) -> dict[str, Any]:
        """Return the number of binary weights and of others in convolutions, biases included."""
        units = [m.binary_conv for m in network.modules() if isinstance(m, BinaryConv2d)]
        binary = sum(unit.weight.numel() for unit in units)
        convolutions = [m for m in network.modules() if isinstance(m, nn.Conv2d)]
        every = sum(p.numel() for m in convolutions for p in m.parameters(recurse=False))
        return {"binary": binary, "full_precision": every - binary}


@torch.no_grad()
def _measure(
    units: dict[str, BinaryConv2d],
    name: str,
    layer: nn.Conv2d,
    inputs: tuple[Tensor, ...],
    output: Tensor,
) -> None:
    """Make the unit of a layer from its first run."""
    if name in units:
        return
    x = inputs[0]
    unit = binary_like(layer).eval()
    convolution = unit.binary_conv
    convolution.weight.copy_(layer.weight)
    if layer.bias is not None and convolution.bias is not None:
        convolution.bias.copy_(layer.bias)
    unit.move0.bias.copy_(-x.mean((0, 2, 3), keepdim=True))
    wanted = (output - resized_channels(x, output.shape[1])).std((0, 2, 3), keepdim=True)
    bias = 0 if convolution.bias is None else convolution.bias.view(1, -1, 1, 1)
    binary = convolution((x + unit.move0.bias).sign()) - bias
    spread = binary.std((0, 2, 3), keepdim=True)
    factor = wanted.clamp_min(_SMALL) / spread.clamp_min(_SMALL)
    convolution.weight.mul_(factor.view(-1, 1, 1, 1))
    units[name] = unit
