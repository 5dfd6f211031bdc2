"""The graph of a network's layers, in which layers can be replaced."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from torch import fx, nn

from iqabench.errors import ModelError


@dataclass(frozen=True)
class Fold:
    """A fold of several layers into one."""

    layers: tuple[str, ...]
    into: str
    """Name of the layer whose place the new layer has."""
    rule: str


@dataclass(frozen=True)
class FoldObstacle:
    """The reason why layers that look foldable were not folded."""

    layers: tuple[str, ...]
    reason: str


@dataclass
class LayerGraph:
    """A traced network, with the folds done in it and the obstacles met."""

    module: fx.GraphModule
    folds: list[Fold] = field(default_factory=list)
    obstacles: list[FoldObstacle] = field(default_factory=list)

    @property
    def graph(self) -> fx.Graph:
        """The calls of the network, in order."""
        return self.module.graph

    def layer(self, node: Any) -> nn.Module | None:
        """Return the layer that a node calls, or None when it calls none or the layer has other calls."""
        if not isinstance(node, fx.Node) or node.op != "call_module" or len(node.args) != 1:
            return None
        calls = [n for n in self.graph.nodes if n.op == "call_module" and n.target == node.target]
        return self.module.get_submodule(str(node.target)) if len(calls) == 1 else None

    def convolution(self, node: Any) -> nn.Conv2d | None:
        """Return the plain convolution that a node calls, or None."""
        layer = self.layer(node)
        plain = isinstance(layer, nn.Conv2d) and type(layer).forward is nn.Conv2d.forward
        return layer if plain and isinstance(layer, nn.Conv2d) else None

    def norm(self, node: Any) -> nn.BatchNorm2d | None:
        """Return the batch norm with stored statistics that a node calls, or None."""
        layer = self.layer(node)
        fixed = isinstance(layer, nn.BatchNorm2d) and layer.running_var is not None
        return layer if fixed and isinstance(layer, nn.BatchNorm2d) else None

    def nodes(self) -> Iterator[fx.Node]:
        """Yield all nodes of a copied list, so that the graph may change meanwhile."""
        yield from list(self.graph.nodes)

    def replace(self, node: fx.Node, by: fx.Node, layer: nn.Conv2d, fold: Fold) -> None:
        """Put `layer` in the place of the layer of `by`, whose output then replaces the output of `node`."""
        self.module.set_submodule(str(by.target), layer)
        node.replace_all_uses_with(by)
        self.graph.erase_node(node)
        self.folds.append(fold)

    def note_obstacle(self, layers: tuple[str, ...], reason: str) -> None:
        """Note once the reason why these layers were not folded."""
        obstacle = FoldObstacle(layers, reason)
        if obstacle not in self.obstacles:
            self.obstacles.append(obstacle)

    def finish(self) -> fx.GraphModule:
        """Return the network of the changed graph."""
        self.graph.eliminate_dead_code()
        self.module.delete_all_unused_submodules()
        self.graph.lint()
        self.module.recompile()
        return self.module


class _Tracer(fx.Tracer):
    """A tracer that does not look into convolutions and batch norms, subclasses included."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, (nn.Conv2d, nn.BatchNorm2d)) or super().is_leaf_module(
            m, module_qualified_name
        )


def trace_network(network: nn.Module) -> LayerGraph:
    """Return the network's graph, which shares its parameters.

    Raises: ModelError for code that cannot be traced without an image, such as code that reads sizes.
    """
    tracer = _Tracer()
    try:
        graph = tracer.trace(network)
        return LayerGraph(fx.GraphModule(network, graph, type(network).__name__))
    except Exception as error:  # a user's network may raise anything: its message is passed on
        raise ModelError(
            f"the code of {type(network).__name__} cannot be traced without an image, so nothing in it can "
            f"be folded: {type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
        ) from error
