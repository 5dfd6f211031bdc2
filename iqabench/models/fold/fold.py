"""Folding until nothing is left to fold."""

import copy
from dataclasses import dataclass

from torch import nn

from iqabench.models.fold.chains import fold_chain
from iqabench.models.fold.norms import fold_norm
from iqabench.models.fold.sums import fold_sum
from iqabench.models.fold.traced import Fold, Left, traced

_RULES = (fold_norm, fold_sum, fold_chain)
"""In this order: norms would hide convolutions from sums, and sums give convolutions to chains."""


@dataclass(frozen=True)
class Folded:
    """A network whose linear layers are folded, ready to run."""

    network: nn.Module
    folds: tuple[Fold, ...]
    """In the order in which they were done; empty when nothing could be."""
    left: tuple[Left, ...]


def fold(network: nn.Module) -> Folded:
    """A folded copy of the network, for running, not for training; the network itself is as it was.

    Raises: ModelError for code that cannot be followed without an image.
    """
    found = traced(copy.deepcopy(network).eval())
    while any(rule(found, node) for rule in _RULES for node in found.nodes()):
        pass
    gone = {name for one in found.folds for name in one.layers if name != one.into}
    left = [one for one in found.left if not gone & set(one.layers)]
    return Folded(found.finish().eval(), tuple(found.folds), tuple(left))
