"""Shift convolutions: part of a convolution's outputs become shifted copies of the others (GhostSR)."""

from dataclasses import dataclass, field
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn.functional import pad

from iqabench.compress.running_order import Layers, run_once
from iqabench.compress.transform import Transform
from iqabench.errors import UsageError
from iqabench.models.core.card import Card
from iqabench.models.layers.placing import replace_layer
from iqabench.models.layers.shift import ShiftConv2d

_SIDE = 48
"""Side of the photograph on which outputs are measured, in pixels."""
_SHIFTS = [(down, right) for down in (-1, 0, 1) for right in (-1, 0, 1)]


@dataclass
class ShiftCopies(Transform):
    """Convolutions that compute only a share of their outputs, all but the first and the last convolution.

    The outputs with the largest weights are computed. Each other one becomes the copy of the computed output
    whose kernel, shifted by at most one pixel, points most in its direction; the training learns the shifts.
    Weights and biases are scaled such that on a photograph computed outputs have the mean and the spread that
    they have in the parent, so that no ReLU dies at once.

    Raises: UsageError for a ratio out of range.
    Source: after Nie et al., "GhostSR: Learning Ghost Features for Efficient Image Super-Resolution",
    arXiv:2101.08525; the start from a trained parent is a choice made here.
    """

    ratio: float = 0.5
    """Share of the outputs that become copies."""
    _layers: list[str] = field(default_factory=list)

    method = "shifted"
    layout = "shift"
    needs_maps = True

    def __post_init__(self) -> None:
        if not 0 < self.ratio < 1:
            raise UsageError(f"the ratio is {self.ratio:g}; expected a number between 0 and 1.")

    @property
    def facts(self) -> dict[str, str | int | float]:
        """All options that decide the outcome."""
        return {"ratio": self.ratio}

    @property
    def words(self) -> str:
        """The change in the words of a recipe."""
        return f"{self.ratio:g} of the outputs shifted copies of the others"

    def obstacle(self, layer: nn.Module) -> str:
        """Return the reason why a layer must stay as it is, or an empty text."""
        if not isinstance(layer, nn.Conv2d):
            return f"only two-dimensional convolutions are replaced, not {type(layer).__name__}"
        if layer.groups > 1:
            return "it is grouped"
        few = not 0 < self._computed(layer) < layer.out_channels
        return f"{layer.out_channels} outputs are too few" if few else ""

    def apply(self, network: nn.Module, layers: Layers, card: Card) -> None:
        """Replace the layers; their shifts are learned from now on."""
        self._layers = list(layers)
        spreads: dict[str, _Spread] = {}
        hooks = [
            layer.register_forward_hook(partial(_measure, spreads, name))
            for name, layer in layers.items()
        ]
        run_once(network, card, _SIDE)
        for hook in hooks:
            hook.remove()
        hooks = []
        for name, layer in layers.items():
            assert isinstance(layer, nn.Conv2d)
            new, own = _shifted(layer, self._computed(layer))
            replace_layer(network, layer, new.train(network.training))
            wanted = spreads[name].of(own)
            hooks.append(new.convolution.register_forward_hook(partial(_calibrate, wanted, set())))
        run_once(network, card, _SIDE)
        for hook in hooks:
            hook.remove()

    def complete(self, network: nn.Module) -> dict[str, Any]:
        """Fix the shifts; return the number of outputs that are copies."""
        parts = [network.get_submodule(name) for name in self._layers]
        copies = 0
        for part in parts:
            assert isinstance(part, ShiftConv2d)
            part.fix()
            copies += part.out_channels - part.convolution.out_channels
        return {"copies": copies}

    def _computed(self, layer: nn.Conv2d) -> int:
        return round(layer.out_channels * (1 - self.ratio))


@dataclass(frozen=True)
class _Spread:
    """The mean and the standard deviation of a layer's outputs, by channel."""

    mean: Tensor
    deviation: Tensor

    def of(self, channels: Tensor) -> "_Spread":
        """Return those of some channels."""
        return _Spread(self.mean[channels], self.deviation[channels])


def _spread(output: Tensor) -> _Spread:
    return _Spread(output.mean((0, 2, 3)), output.std((0, 2, 3)).clamp_min(1e-6))


def _measure(
    spreads: dict[str, _Spread], name: str, _: nn.Module, __: tuple[Tensor, ...], output: Tensor
) -> None:
    """Note the spread of a layer's outputs in its first run."""
    spreads.setdefault(name, _spread(output))


@torch.no_grad()
def _calibrate(
    wanted: _Spread, seen: set[int], layer: nn.Conv2d, _: tuple[Tensor, ...], output: Tensor
) -> Tensor | None:
    """Give the outputs of a layer the wanted spread, in its first run; return the new outputs."""
    if id(layer) in seen:
        return None
    seen.add(id(layer))
    own = _spread(output)
    factor = wanted.deviation / own.deviation
    layer.weight.mul_(factor.view(-1, 1, 1, 1))
    if layer.bias is None:
        return output * factor.view(-1, 1, 1)
    layer.bias.copy_((layer.bias - own.mean) * factor + wanted.mean)
    shifted = (output - own.mean.view(-1, 1, 1)) * factor.view(-1, 1, 1)
    return shifted + wanted.mean.view(-1, 1, 1)


@torch.no_grad()
def _shifted(layer: nn.Conv2d, computed: int) -> tuple[ShiftConv2d, Tensor]:
    """Return the layer that copies the outputs with the smallest weights, and the outputs it computes."""
    new = ShiftConv2d(layer, computed)
    sizes = layer.weight.flatten(1).norm(dim=1)
    own = sizes.argsort(descending=True, stable=True)[:computed].sort().values
    new.convolution.weight.copy_(layer.weight[own])
    if layer.bias is not None and new.convolution.bias is not None:
        new.convolution.bias.copy_(layer.bias[own])
    best, shift = _likeness(layer.weight, own)
    new.source.copy_(best)
    offsets = torch.tensor(_SHIFTS)[shift]
    place = torch.arange(computed)
    new.source[own] = place
    offsets[own] = 0
    new.learn(offsets)
    return new, own


def _likeness(weight: Tensor, own: Tensor) -> tuple[Tensor, Tensor]:
    """Return for each output the computed one most like it, and the number of the shift between them."""
    side_y, side_x = weight.shape[2:]
    padded = pad(weight[own], [1] * 4)
    moved = [
        # A map moved down is the map of a kernel moved up: out(y - 1) reads x one row higher.
        padded[:, :, 1 + down : 1 + down + side_y, 1 + right : 1 + right + side_x].flatten(1)
        for down, right in _SHIFTS
    ]
    units = torch.stack([one / one.norm(dim=1, keepdim=True).clamp_min(1e-12) for one in moved])
    products = torch.einsum("ski,oi->osk", units, weight.flatten(1)).flatten(1)
    chosen = products.argmax(1)
    return chosen % len(own), chosen // len(own)
