"""The importance of each unit of coupled channels, by one of three measures: l1, taylor, fisher."""

from collections.abc import Sequence
from typing import Literal

import torch
import torch_pruning
from torch import Tensor, nn

from iqabench.compress.coupling import Couplings
from iqabench.compress.fisher import GroupFisherImportance

Importance = Literal["l1", "taylor", "fisher"]
Batch = tuple[Tensor, Tensor]
"""A pair of inputs and targets, in 0..1."""

NEEDS_PHOTOGRAPHS: tuple[Importance, ...] = ("taylor", "fisher")


def importances(
    kind: Importance, couplings: Couplings, module: nn.Module, batches: Sequence[Batch]
) -> list[Tensor]:
    """Return one number per unit for each coupled set.

    `module` maps 0..1 to 0..1 and contains the network of the couplings.
    l1: absolute weights of a unit's channels, summed by layer, averaged over the layers of the set that write
    or read them, and divided by the set's mean, so that wide and narrow layers can be ranked together.
    taylor: |weight x gradient| of the mean absolute error, summed over those layers: an estimate of the
    change of the loss. fisher: see `GroupFisherImportance`.

    Shapes: (units,) for each coupled set.

    Source: Li et al., ICLR 2017, arXiv:1608.08710 (l1); Molchanov et al., CVPR 2019, arXiv:1906.10771
    (taylor).
    """
    if kind == "l1":
        importance: torch_pruning.importance.Importance = (
            torch_pruning.importance.GroupMagnitudeImportance(p=1)
        )
    elif kind == "taylor":
        importance = torch_pruning.importance.GroupTaylorImportance(
            group_reduction="sum", normalizer=None
        )
        _accumulate(module, batches)
    else:
        importance = GroupFisherImportance()
        _gather_gradients(importance, module, batches)
    scores = [importance(coupled.group).detach().cpu() for coupled in couplings.sets]
    module.zero_grad(set_to_none=True)
    return scores


def _accumulate(module: nn.Module, batches: Sequence[Batch]) -> None:
    """Leave the gradients of the mean absolute error over all batches in the parameters."""
    module.zero_grad(set_to_none=True)
    with torch.enable_grad():
        for inputs, targets in batches:
            error = (module(inputs) - targets).abs().mean() / len(batches)
            error.backward()


def _gather_gradients(
    importance: GroupFisherImportance, module: nn.Module, batches: Sequence[Batch]
) -> None:
    """Gather the gradient of each sample: errors of a batch are summed over samples, not averaged."""
    with importance.watching(module) as gather, torch.enable_grad():
        for inputs, targets in batches:
            (module(inputs) - targets).abs().mean((1, 2, 3)).sum().backward()
            gather()
