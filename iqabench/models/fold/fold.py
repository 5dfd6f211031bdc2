"""The fold of a whole network: all rules are applied until none applies."""

import copy
from dataclasses import dataclass

from torch import nn

from iqabench.models.fold.batch_norms import fold_batch_norm
from iqabench.models.fold.convolution_chains import fold_convolution_chain
from iqabench.models.fold.layer_graph import Fold, FoldObstacle, trace_network
from iqabench.models.fold.parallel_branches import fold_parallel_branches

_RULES = (fold_batch_norm, fold_parallel_branches, fold_convolution_chain)
"""The rules in order: norms hide convolutions from sums, and sums make convolutions for chains."""


@dataclass(frozen=True)
class FoldResult:
    """A folded network that is ready to run, with its folds and the layers that had to stay."""

    network: nn.Module
    folds: tuple[Fold, ...]
    """The folds in the order in which they were done; empty when nothing could be folded."""
    obstacles: tuple[FoldObstacle, ...]


def fold(network: nn.Module) -> FoldResult:
    """Return a folded copy of the network, to run and not to train; the network itself does not change.

    Raises: ModelError for code that cannot be traced without an image.
    """
    layer_graph = trace_network(copy.deepcopy(network).eval())
    while any(rule(layer_graph, node) for rule in _RULES for node in layer_graph.nodes()):
        pass
    folds = tuple(layer_graph.folds)
    removed = {name for one in folds for name in one.layers if name != one.into}
    obstacles = tuple(o for o in layer_graph.obstacles if not removed & set(o.layers))
    return FoldResult(layer_graph.finish().eval(), folds, obstacles)
