"""Coupled channels of a network: those that must be removed together, because layers add or shuffle them.

torch-pruning traces the network's autograd graph and says which layers lose which channels when one of them
loses some. A set of coupled channels is all that goes with one layer's outputs: with a residual connection,
every layer that adds to the same sum; with a pixel shuffle, r x r channels before it for each one behind.
"""

import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import torch
import torch_pruning
from torch import Tensor, nn
from torch_pruning.dependency import DependencyGraph, Group
from torch_pruning.ops import OPTYPE, TORCH_CONV, TORCH_LINEAR

from iqabench.compress.parent import is_fixed
from iqabench.compress.pixel_shuffle import map_pixel_shuffles
from iqabench.errors import CompressError

_FIXED_BY_CODE = {
    OPTYPE.SPLIT: "split",
    OPTYPE.SLICE: "sliced",
    OPTYPE.RESHAPE: "reshaped",
    OPTYPE.UNBIND: "unbound",
    OPTYPE.EXPAND: "expanded",
}
"""Steps whose numbers of channels are written in the network's code and therefore cannot be changed."""


@dataclass(frozen=True)
class CoupledSet:
    """Channels that are removed together or not at all, unit by unit."""

    name: str
    """Name of the layer from which the set was found."""
    layers: tuple[str, ...]
    """Names of all layers whose outputs are in the set."""
    units: int
    """Number of units: groups of channels that are removed together."""
    group: Group
    """torch-pruning's group, in which `root_idxs` is the unit (0 to units - 1) of every channel."""


class Couplings:
    """The coupled sets of a network, and the layers that must keep their channels.

    `kept` gives the reason by layer: layers at the image's own channels, fixed layers, grouped convolutions,
    layers whose number of channels is written in the code.

    Raises: CompressError for networks that cannot be traced.
    """

    def __init__(self, network: nn.Module, example: Tensor) -> None:
        self.network = network
        self.kept: dict[str, str] = {}
        learning = network.training
        self._traced = _ImageToOutput(network, example.shape[1])
        with _told_of_failures():
            self.graph = _graph_of(self._traced, example)
            network.train(learning)
            map_pixel_shuffles(self.graph)
            self.sets = self._find_sets()

    def remove(self, removal: Sequence[tuple[CoupledSet, Sequence[int]]]) -> None:
        """Remove units of several sets from the network, all in one step, so that no index moves.

        Afterwards these couplings are invalid: make new ones from the network.
        """
        removed: dict[tuple[Any, Any], tuple[Any, set[int]]] = {}
        for coupled, units in removal:
            chosen = set(units)
            for item in coupled.group:
                place = (item.dep.target, item.dep.handler)
                _, channels = removed.setdefault(place, (item.dep, set()))
                channels |= {
                    c for c, unit in zip(item.idxs, item.root_idxs, strict=True) if unit in chosen
                }
        for dependency, channels in removed.values():
            if channels:
                self._remove_channels(dependency, sorted(channels))

    def _remove_channels(self, dependency: Any, channels: list[int]) -> None:
        old = dependency.target.module
        new = dependency(channels)
        if isinstance(old, nn.Parameter):  # a bare parameter: its owner must get the new one
            owner, _, part = self.graph._param_to_name[old].rpartition(".")
            setattr(self._traced.get_submodule(owner), part, new)

    def _find_sets(self) -> list[CoupledSet]:
        sets: list[CoupledSet] = []
        seen: set[str] = set()
        names = {module: name for name, module in self.network.named_modules()}
        for module in list(self.graph.module2node):
            if not isinstance(module, (TORCH_CONV, TORCH_LINEAR)) or names[module] in seen:
                continue
            group = self._group(module)
            outputs = self._outputs(group, names)
            seen |= set(outputs)
            reason = self._reason(group)
            if reason:
                self.kept |= dict.fromkeys(outputs, reason)
            else:
                units = len(group[0].idxs)
                sets.append(CoupledSet(names[module], tuple(outputs), units, group))
        return sets

    def _group(self, module: nn.Module) -> Group:
        """Return the group of all of a layer's outputs, rooted where it is coarsest: behind the shuffles."""
        pruner = self.graph.get_pruner_of_module(module)
        start = self.graph.get_pruning_group(
            module, pruner.prune_out_channels, list(range(self.graph.get_out_channels(module)))
        )
        real = [
            i
            for i in start
            if isinstance(i.dep.target.module, nn.Module) and self._width(i) is not None
        ]
        root = min(real, key=lambda item: len(set(item.idxs)))
        if root is not real[0]:
            start = self.graph.get_pruning_group(
                root.dep.target.module, root.dep.handler, sorted(set(root.idxs))
            )
        return _in_order(start)

    def _width(self, item: Any) -> int | None:
        """Return the channels of the layer on the item's side, or None for an operator."""
        read = (
            self.graph.get_out_channels
            if self.graph.is_out_channel_pruning_fn(item.dep.handler)
            else self.graph.get_in_channels
        )
        width: int | None = read(item.dep.target)
        return width

    def _outputs(self, group: Group, names: dict[nn.Module, str]) -> list[str]:
        layers = [
            names[i.dep.target.module]
            for i in group
            if isinstance(i.dep.target.module, (TORCH_CONV, TORCH_LINEAR))
            and self.graph.is_out_channel_pruning_fn(i.dep.handler)
        ]
        return list(dict.fromkeys(layers))

    def _reason(self, group: Group) -> str:
        """Return the reason why these channels must stay, or an empty text when they can be removed."""
        for item in group:
            node = item.dep.target
            layer, width = node.module, self._width(item)
            if node.type == OPTYPE.OUTPUT or layer is self._traced.image:
                return "the image's own channels"
            if node.type in _FIXED_BY_CODE and node.inputs:  # without inputs: a layer's own slopes
                return f"its channels are {_FIXED_BY_CODE[node.type]} by numbers in the code"
            if isinstance(layer, TORCH_CONV) and 1 < layer.groups != layer.out_channels:
                return "a grouped convolution"
            if isinstance(layer, nn.Module) and is_fixed(layer):
                return "a fixed layer"
            if width is not None and (
                max(item.idxs) >= width or len(set(item.idxs)) != len(item.idxs)
            ):
                return "one channel is combined with many"
        few = len(group[0].idxs) <= self._traced.image.num_features
        return "no more channels than the image has" if few else ""


class _ImageToOutput(nn.Module):
    """The network between a layer that stands for the image and a step that stands for the output.

    torch-pruning's graph contains layers but not their inputs, and has no end where a layer is the last step.
    """

    def __init__(self, network: nn.Module, channels: int) -> None:
        super().__init__()
        self.image = nn.BatchNorm2d(channels)
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """Return the network's output, close enough for tracing."""
        output: Tensor = self.network(self.image(x))
        return output.clone()


def _graph_of(traced: _ImageToOutput, example: Tensor) -> DependencyGraph:
    with warnings.catch_warnings(), torch.enable_grad():
        warnings.simplefilter("ignore")  # about bare parameters, which are handled
        return torch_pruning.DependencyGraph().build_dependency(
            traced, example, forward_fn=lambda network, image: network(image)
        )


@contextmanager
def _told_of_failures() -> Iterator[None]:
    """Raise CompressError for what a network's own code or the library raises on it."""
    try:
        yield
    except Exception as error:  # a user's network may raise anything: its message is passed on
        message = (str(error).splitlines() or [""])[0]
        raise CompressError(
            "the network cannot be traced by torch-pruning, so the channels that belong together are not "
            f"known: {type(error).__name__}: {message}"
        ) from error


def _in_order(group: Group) -> Group:
    """Sort the channels of a group and number its units from 0: the library's importances need both."""
    units = {channel: unit for unit, channel in enumerate(sorted(set(group[0].idxs)))}
    for at, item in enumerate(group):
        pairs = sorted(zip(item.idxs, item.root_idxs, strict=True))
        group[at] = type(item)(item.dep, [channel for channel, _ in pairs])
        group[at].root_idxs = [units[root] for _, root in pairs]
    return group
