"""The order in which a network's layers run on an image, and what can be seen of them meanwhile."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.models.core.card import Card
from iqabench.models.layers.placing import replace_layer
from iqabench.run.natural_image import natural_batch

Layers = dict[str, nn.Module]
"""Layers by name, in the order in which they run."""
_SIDE = 32
"""Side of the photograph, in pixels: below it layers with strides would give maps of one pixel as well."""


@dataclass(frozen=True)
class RunningOrder:
    """Convolutions and linear layers in the order in which they first run on an image."""

    layers: Layers
    pooled: frozenset[str]
    """Names of layers whose maps are one pixel, as those of attention that pools over the image."""
    read: dict[str, str]
    """The attribute of a layer that the network's own code reads besides calling it, by the layer's name."""


class _WatchedLayer(nn.Module):
    """A layer that notes the attributes that others read of it."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.inner = layer
        self.read: list[str] = []

    def forward(self, *inputs: Tensor) -> Any:
        """Call the layer."""
        return self.inner(*inputs)

    def __getattr__(self, name: str) -> Any:
        try:
            return super().__getattr__(name)
        except AttributeError:
            self.read.append(name)
            return getattr(self.inner, name)


def running_order(network: nn.Module, card: Card) -> RunningOrder:
    """Run a network once on a photograph; return its layers in the order in which they first ran."""
    ran: Layers = {}
    pooled: set[str] = set()

    def note(name: str, layer: nn.Module, _: object, output: Tensor) -> None:
        ran.setdefault(name, layer)
        if not isinstance(layer, nn.Linear) and output.shape[-2:].numel() == 1:
            pooled.add(name)

    layers = _layers_of(network)
    hooks = [layer.register_forward_hook(partial(note, name)) for name, layer in layers.items()]
    with _watched(network, layers) as watched:
        if layers:
            run_once(network, card, _SIDE)
    for hook in hooks:
        hook.remove()
    read = {name: one.read[0] for name, one in watched.items() if one.read}
    return RunningOrder(ran, frozenset(pooled), read)


@torch.no_grad()
def run_once(network: nn.Module, card: Card, side: int) -> None:
    """Run a network on a photograph, ready to run, and leave its mode as it was."""
    side = -(-max(side, card.min_size) // card.size_multiple) * card.size_multiple
    learning = network.training
    network.eval()(natural_batch((1, card.planes, side, side), card.range))
    network.train(learning)


def _layers_of(network: nn.Module) -> Layers:
    kinds = (nn.Conv2d, nn.ConvTranspose2d, nn.Linear)
    return {name: layer for name, layer in network.named_modules() if isinstance(layer, kinds)}


@contextmanager
def _watched(network: nn.Module, layers: Layers) -> Iterator[dict[str, _WatchedLayer]]:
    """Put a watched layer in the place of each layer, and the layers back at the end."""
    watched = {name: _WatchedLayer(layer) for name, layer in layers.items() if name}
    for name, one in watched.items():
        replace_layer(network, layers[name], one)
    try:
        yield watched
    finally:
        for name, one in watched.items():
            replace_layer(network, one, layers[name])
