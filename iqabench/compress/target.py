"""What a smaller network is to cost, as a share of its parent, and how much it costs so far."""

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
class Target:
    """A cost, and the share of the parent's that is to be left of it."""

    cost: TargetCost
    share: float

    @property
    def words(self) -> str:
        """As a recipe says it: 0.5x the MACs."""
        what = {"macs": "MACs", "params": "parameters", "latency": "latency"}[self.cost]
        return f"{self.share:g}x the {what}"


def target(cost: TargetCost, text: str) -> Target:
    """`0.5x` of a cost.

    Raises: UsageError for other forms, and for shares that are not between 0 and 1.
    """
    match = _SHARE.fullmatch(text.strip())
    if not match or not 0 < float(match[1]) < 1:
        raise UsageError(f"--{cost} {text} is no share of the parent's; expected one as in 0.5x.")
    return Target(cost, float(match[1]))


class Gauge:
    """Costs of networks that a parent becomes, by the parent's own."""

    def __init__(self, parent: Model, size: Size, device: str = "cpu") -> None:
        self.parent, self.size, self.device = parent.to(device), size, device
        self._whole: dict[str, float] = {}

    def share(self, network: nn.Module, cost: TargetCost) -> float:
        """The network's cost by its parent's; latency is sampled in turn with it.

        Raises: CompressError for a cost that cannot be counted, ProbeError when a network cannot run.
        """
        model = NetworkModel(self.parent.card, copy.deepcopy(network), "being pruned")
        if cost == "latency":
            moved = model.to(self.device)
            return latency_ratio(self.parent, moved, self.size, self.device).value
        if cost not in self._whole:
            self._whole[cost] = self._count(self.parent, cost)
        return self._count(model.to(self.device), cost) / self._whole[cost]

    def _count(self, model: Model, cost: str) -> float:
        column = cost_column(cost)
        found = costs_of(model, [column], self.size, self.device)[column.name]
        if not found:
            raise CompressError(
                f"{cost} of {self.parent.card.id} cannot be counted at {self.size.name}, so no share of them "
                "can be aimed at. Give --ratio instead."
            )
        return found
