"""A network as a graph of its layers, in which layers can be replaced."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from torch import fx, nn

from iqabench.errors import ModelError


@dataclass(frozen=True)
class Fold:
    """Layers that became one."""

    layers: tuple[str, ...]
    into: str
    """Whose place the new layer has."""
    rule: str


@dataclass(frozen=True)
class Left:
    """Layers that look as if they could be folded, and why they were not."""

    layers: tuple[str, ...]
    why: str


@dataclass
class Traced:
    """The graph, and what has been done to it."""

    module: fx.GraphModule
    folds: list[Fold] = field(default_factory=list)
    left: list[Left] = field(default_factory=list)

    @property
    def graph(self) -> fx.Graph:
        """The calls of the network, in order."""
        return self.module.graph

    def layer(self, node: Any) -> nn.Module | None:
        """The layer that a node calls, if it calls one, and this is the only call of that layer."""
        if not isinstance(node, fx.Node) or node.op != "call_module" or len(node.args) != 1:
            return None
        calls = [n for n in self.graph.nodes if n.op == "call_module" and n.target == node.target]
        return self.module.get_submodule(str(node.target)) if len(calls) == 1 else None

    def convolution(self, node: Any) -> nn.Conv2d | None:
        """The plain convolution that a node calls."""
        layer = self.layer(node)
        plain = isinstance(layer, nn.Conv2d) and type(layer).forward is nn.Conv2d.forward
        return layer if plain and isinstance(layer, nn.Conv2d) else None

    def norm(self, node: Any) -> nn.BatchNorm2d | None:
        """The batch norm with statistics of its own that a node calls."""
        layer = self.layer(node)
        fixed = isinstance(layer, nn.BatchNorm2d) and layer.running_var is not None
        return layer if fixed and isinstance(layer, nn.BatchNorm2d) else None

    def nodes(self) -> Iterator[fx.Node]:
        """All nodes, safe against changes."""
        yield from list(self.graph.nodes)

    def replace(self, node: fx.Node, by: fx.Node, layer: nn.Conv2d, fold: Fold) -> None:
        """Let the layer of `by` be `layer`, and give its output wherever that of `node` was taken."""
        self.module.set_submodule(str(by.target), layer)
        node.replace_all_uses_with(by)
        self.graph.erase_node(node)
        self.folds.append(fold)

    def leave(self, layers: tuple[str, ...], why: str) -> None:
        """Note once why these were not folded."""
        left = Left(layers, why)
        if left not in self.left:
            self.left.append(left)

    def finish(self) -> fx.GraphModule:
        """The network that the graph now is."""
        self.graph.eliminate_dead_code()
        self.module.delete_all_unused_submodules()
        self.graph.lint()
        self.module.recompile()
        return self.module


class _Tracer(fx.Tracer):
    """Convolutions and norms stay whole, subclasses too."""

    def is_leaf_module(self, m: nn.Module, module_qualified_name: str) -> bool:
        return isinstance(m, (nn.Conv2d, nn.BatchNorm2d)) or super().is_leaf_module(
            m, module_qualified_name
        )


def traced(network: nn.Module) -> Traced:
    """The network's graph; parameters are shared with it.

    Raises: ModelError for code that cannot be followed without an image, such as one that looks at sizes.
    """
    tracer = _Tracer()
    try:
        graph = tracer.trace(network)
        return Traced(fx.GraphModule(network, graph, type(network).__name__))
    except Exception as error:  # anybody's code runs here: the reason is told
        raise ModelError(
            f"the code of {type(network).__name__} cannot be followed without an image, so nothing in it can "
            f"be folded: {type(error).__name__}: {(str(error).splitlines() or [''])[0]}"
        ) from error
