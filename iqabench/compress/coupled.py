"""Which channels of a network must go together: convolutions, sums, concatenations, pixel shuffles.

torch-pruning traces the network's autograd graph and says which layers lose which channels when one of them
loses some. A set of coupled channels is all that goes with one layer's outputs: with a residual connection,
every layer that adds to the same sum; with a pixel shuffle, r x r channels before it for each one behind.
"""

import warnings
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
import torch_pruning
from torch import Tensor, nn
from torch_pruning.dependency import DependencyGraph, Group
from torch_pruning.ops import OPTYPE, TORCH_CONV, TORCH_LINEAR

from iqabench.compress.parent import is_fixed
from iqabench.compress.pixel_shuffle import teach_pixel_shuffle
from iqabench.errors import CompressError

_WRITTEN = {
    OPTYPE.SPLIT: "split",
    OPTYPE.SLICE: "sliced",
    OPTYPE.RESHAPE: "reshaped",
    OPTYPE.UNBIND: "unbound",
    OPTYPE.EXPAND: "expanded",
}
"""Steps whose numbers of channels stand in the network's code, where no surgery reaches them."""


@dataclass(frozen=True)
class CoupledSet:
    """Channels that are removed together or not at all, unit by unit."""

    name: str
    """Of the layer that it was found from."""
    layers: tuple[str, ...]
    """All whose outputs are in it."""
    units: int
    group: Group
    """torch-pruning's, with `root_idxs` telling the unit (0 to units - 1) of every channel."""


class Couplings:
    """The coupled sets of a network, and what must stay.

    `kept` says why, by layer: what touches the image's own channels, fixed layers, grouped convolutions,
    channels whose number stands in the code.

    Raises: CompressError for networks that cannot be traced.
    """

    def __init__(self, network: nn.Module, example: Tensor) -> None:
        self.network = network
        self.kept: dict[str, str] = {}
        learning = network.training
        self._traced = _Traced(network, example.shape[1])
        self._graph = _graph_of(self._traced, example)
        network.train(learning)
        teach_pixel_shuffle(self._graph)
        self.sets = self._found()

    def remove(self, doomed: Sequence[tuple[CoupledSet, Sequence[int]]]) -> None:
        """Take units of several sets out of the network, all at once: no index moves meanwhile.

        The network is another afterwards: ask for its couplings anew.
        """
        found: dict[tuple[Any, Any], tuple[Any, set[int]]] = {}
        for coupled, units in doomed:
            wanted = set(units)
            for item in coupled.group:
                place = (item.dep.target, item.dep.handler)
                _, channels = found.setdefault(place, (item.dep, set()))
                channels |= {
                    c for c, unit in zip(item.idxs, item.root_idxs, strict=True) if unit in wanted
                }
        for dependency, channels in found.values():
            if channels:
                self._take(dependency, sorted(channels))

    def _take(self, dependency: Any, channels: list[int]) -> None:
        old = dependency.target.module
        made = dependency(channels)
        if isinstance(old, nn.Parameter):  # a bare one: its owner must be given the new one
            owner, _, part = self._graph._param_to_name[old].rpartition(".")
            setattr(self._traced.get_submodule(owner), part, made)

    def _found(self) -> list[CoupledSet]:
        sets: list[CoupledSet] = []
        seen: set[str] = set()
        names = {module: name for name, module in self.network.named_modules()}
        for module in list(self._graph.module2node):
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
        """The set of all of a layer's outputs, rooted where it is coarsest: behind the shuffles."""
        pruner = self._graph.get_pruner_of_module(module)
        start = self._graph.get_pruning_group(
            module, pruner.prune_out_channels, list(range(self._graph.get_out_channels(module)))
        )
        real = [
            i
            for i in start
            if isinstance(i.dep.target.module, nn.Module) and self._width(i) is not None
        ]
        root = min(real, key=lambda item: len(set(item.idxs)))
        if root is not real[0]:
            start = self._graph.get_pruning_group(
                root.dep.target.module, root.dep.handler, sorted(set(root.idxs))
            )
        return _in_order(start)

    def _width(self, item: Any) -> int | None:
        """Channels of the layer on the side that the item is about; None for operators."""
        read = (
            self._graph.get_out_channels
            if self._graph.is_out_channel_pruning_fn(item.dep.handler)
            else self._graph.get_in_channels
        )
        width: int | None = read(item.dep.target)
        return width

    def _outputs(self, group: Group, names: dict[nn.Module, str]) -> list[str]:
        found = [
            names[i.dep.target.module]
            for i in group
            if isinstance(i.dep.target.module, (TORCH_CONV, TORCH_LINEAR))
            and self._graph.is_out_channel_pruning_fn(i.dep.handler)
        ]
        return list(dict.fromkeys(found))

    def _reason(self, group: Group) -> str:
        """Why these channels must stay; empty when they need not."""
        for item in group:
            node = item.dep.target
            layer, width = node.module, self._width(item)
            if node.type == OPTYPE.OUTPUT or layer is self._traced.image:
                return "the image's own channels"
            if node.type in _WRITTEN and node.inputs:  # what has none is a layer's own slopes
                return f"its channels are {_WRITTEN[node.type]} by numbers in the code"
            if isinstance(layer, TORCH_CONV) and 1 < layer.groups != layer.out_channels:
                return "a grouped convolution"
            if isinstance(layer, nn.Module) and is_fixed(layer):
                return "a fixed layer"
            if width is not None and (
                max(item.idxs) >= width or len(set(item.idxs)) != len(item.idxs)
            ):
                return "one channel stands against many"
        few = len(group[0].idxs) <= self._traced.image.num_features
        return "no more channels than the image has" if few else ""


class _Traced(nn.Module):
    """The network between a layer that stands for the image and a step that stands for the output.

    The graph knows layers, not what they are given, and has no end of its own where a layer is the last step.
    """

    def __init__(self, network: nn.Module, channels: int) -> None:
        super().__init__()
        self.image = nn.BatchNorm2d(channels)
        self.network = network

    def forward(self, x: Tensor) -> Tensor:
        """The network's output, near enough for tracing."""
        output: Tensor = self.network(self.image(x))
        return output.clone()


def _graph_of(traced: _Traced, example: Tensor) -> DependencyGraph:
    try:
        with warnings.catch_warnings(), torch.enable_grad():
            warnings.simplefilter("ignore")  # about bare parameters, which are handled
            return torch_pruning.DependencyGraph().build_dependency(
                traced, example, forward_fn=lambda network, image: network(image)
            )
    except Exception as error:  # anything may happen in a network of anybody's: the reason is told
        said = (str(error).splitlines() or [""])[0]
        raise CompressError(
            "the network cannot be traced by torch-pruning, so which channels go together is not known: "
            f"{type(error).__name__}: {said}"
        ) from error


def _in_order(group: Group) -> Group:
    """Channels ascending, each with its unit counted from 0: importances of the library rely on both."""
    units = {channel: unit for unit, channel in enumerate(sorted(set(group[0].idxs)))}
    for at, item in enumerate(group):
        pairs = sorted(zip(item.idxs, item.root_idxs, strict=True))
        group[at] = type(item)(item.dep, [channel for channel, _ in pairs])
        group[at].root_idxs = [units[root] for _, root in pairs]
    return group
