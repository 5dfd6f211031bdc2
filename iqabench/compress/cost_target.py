"""The cost that a smaller network must reach, and the cost of a network, both as shares of its parent's."""

import copy
import re
from dataclasses import dataclass
from typing import Literal

from torch import nn

from iqabench.errors import CompressError, UsageError
from iqabench.models.core.model import Model, NetworkModel
from iqabench.probes import Size, cost_column
from iqabench.run.profile import costs_of, latency_ratio

TargetCost = Literal["macs", "params", "latency"]
_SHARE = re.compile(r"(\d*\.?\d+)x")


@dataclass(frozen=True)
class CostTarget:
    """A cost, and the share of the parent's cost to reach."""

    cost: TargetCost
    share: float

    @property
    def words(self) -> str:
        """The target in the words of a recipe, as in `0.5x the MACs`."""
        title = {"macs": "MACs", "params": "parameters", "latency": "latency"}[self.cost]
        return f"{self.share:g}x the {title}"


def parse_cost_target(cost: TargetCost, text: str) -> CostTarget:
    """Read the share `0.5x` of a cost.

    Raises: UsageError for other forms, and for shares that are not between 0 and 1.
    """
    match = _SHARE.fullmatch(text.strip())
    if not match or not 0 < float(match[1]) < 1:
        raise UsageError(
            f"--{cost} {text} is not a share of the parent's cost; expected one as in 0.5x."
        )
    return CostTarget(cost, float(match[1]))


class Gauge:
    """A meter for the costs of a parent's variants, as shares of the parent's own costs."""

    def __init__(self, parent: Model, size: Size, device: str = "cpu") -> None:
        self.parent, self.size, self.device = parent.to(device), size, device
        self._parent_costs: dict[str, float] = {}

    def share(self, network: nn.Module, cost: TargetCost) -> float:
        """Return the network's cost as a share of its parent's; latency is sampled in turn with the parent.

        Raises: CompressError for a cost that cannot be counted, ProbeError when a network cannot run.
        """
        model = NetworkModel(self.parent.card, copy.deepcopy(network), "being pruned")
        if cost == "latency":
            moved = model.to(self.device)
            return latency_ratio(self.parent, moved, self.size, self.device).value
        if cost not in self._parent_costs:
            self._parent_costs[cost] = self._count(self.parent, cost)
        return self._count(model.to(self.device), cost) / self._parent_costs[cost]

    def _count(self, model: Model, cost: str) -> float:
        column = cost_column(cost)
        value = costs_of(model, [column], self.size, self.device)[column.name]
        if not value:
            raise CompressError(
                f"{cost} of {self.parent.card.id} cannot be counted at {self.size.name}, so a share of them "
                "cannot be reached. Give --ratio instead."
            )
        return value
