"""Narrowing of a network, in rounds: estimate importance, choose the units to remove, remove them."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch_pruning.ops import TORCH_CONV, TORCH_LINEAR

from iqabench.compress.cost_target import CostTarget, Gauge
from iqabench.compress.coupling import CoupledSet, Couplings
from iqabench.compress.importance import Batch, Importance, importances
from iqabench.compress.selection import Selection
from iqabench.errors import CompressError
from iqabench.training.unit_range import UnitRangeNetwork

_WALK = 20
"""Number of shares at which latency is measured: it does not fall evenly with the number of channels."""


@dataclass(frozen=True, kw_only=True)
class PruningGoal:
    """The amount to remove (a ratio of the channels, or a cost to reach), and the rule to choose by."""

    ratio: float | None = None
    target: CostTarget | None = None
    importance: Importance = "l1"
    selection: Selection = field(default_factory=Selection)
    rounds: int = 1
    """Number of rounds: importance is estimated anew before each, the amount to remove is spread evenly over
    them, and widths are rounded in the last.
    """


@dataclass
class NarrowNetwork:
    """A narrower network, with the widths of its layers before and after."""

    network: nn.Module
    widths: dict[str, tuple[int, int]]
    """Output channels of every layer, before and after, in the network's order."""
    kept: dict[str, str]
    """The reason why a layer kept all its channels, by the layer's name."""

    @property
    def changed(self) -> dict[str, tuple[int, int]]:
        """The widths of layers that are narrower now."""
        return {name: both for name, both in self.widths.items() if both[0] != both[1]}


def narrow_network(
    network: nn.Module,
    example: Tensor,
    goal: PruningGoal,
    gauge: Gauge,
    batches: Sequence[Batch],
    tell: Callable[[str], None] = lambda _: None,
) -> NarrowNetwork:
    """Return a narrower copy of a network whose inputs have the shape and range of `example`.

    Raises: CompressError when no channel can be removed, when a whole layer would be removed, or when the
        cost cannot be reached.
    """
    before = widths_of(network)
    output_shape = tuple(_run(network, example).shape)
    kept: dict[str, str] = {}
    for part in range(1, goal.rounds + 1):
        couplings = Couplings(network, example)
        kept = couplings.kept
        if not couplings.sets:
            reasons = _reasons(kept) if kept else "It has no convolution and no linear layer."
            raise CompressError(f"no channel of this network can be removed. {reasons}")
        module = UnitRangeNetwork(network, gauge.parent.card.range)
        scores = importances(goal.importance, couplings, module, batches)
        rule = goal.selection if part == goal.rounds else replace(goal.selection, round_to=1)
        trial = _Trial(network, example, rule, scores, output_shape)
        if goal.target is None:
            network = trial.at(_ratio(goal, part), strict=True)
        else:
            aim = CostTarget(goal.target.cost, 1 - (1 - goal.target.share) * part / goal.rounds)
            network = _meeting(trial, couplings.sets, gauge, aim, kept, tell)
    after = widths_of(network)
    return NarrowNetwork(network, {name: (before[name], after[name]) for name in before}, kept)


@dataclass
class _Trial:
    """Narrower copies of one network, by the share of units that is removed."""

    network: nn.Module
    example: Tensor
    rule: Selection
    scores: list[Tensor]
    shape: tuple[int, ...]
    """Shape of the output, which must stay."""

    def removed_units(
        self, sets: Sequence[CoupledSet], share: float, *, strict: bool = False
    ) -> list[list[int]]:
        return self.rule.units(sets, self.scores, share, strict=strict)

    def at(self, share: float, *, strict: bool = False) -> nn.Module:
        narrow = copy.deepcopy(self.network)
        couplings = Couplings(narrow, self.example)
        units = self.removed_units(couplings.sets, share, strict=strict)
        couplings.remove(list(zip(couplings.sets, units, strict=True)))
        _check(narrow, self.example, self.shape)
        return narrow


def _ratio(goal: PruningGoal, part: int) -> float:
    """Return the share of the remaining units to remove in this round."""
    assert goal.ratio is not None
    left = 1 - goal.ratio * (part - 1) / goal.rounds
    return 1 - (1 - goal.ratio * part / goal.rounds) / left


def _meeting(
    trial: _Trial,
    sets: Sequence[CoupledSet],
    gauge: Gauge,
    target: CostTarget,
    kept: dict[str, str],
    tell: Callable[[str], None],
) -> nn.Module:
    """Return the copy that loses fewest units and reaches the cost.

    Raises: CompressError with the lowest cost that was reached.
    """
    costs: dict[tuple[int, ...], float] = {}

    def meets(share: float) -> bool:
        counts = tuple(map(len, trial.removed_units(sets, share)))
        if not any(counts):
            return False
        if counts not in costs:
            costs[counts] = gauge.share(trial.at(share), target.cost)
            tell(
                f"{sum(counts)} of {sum(s.units for s in sets)} channels gone: {costs[counts]:.3f}x the "
                f"{target.cost}"
            )
        return costs[counts] <= target.share

    share = _walk(meets) if target.cost == "latency" else _bisect(trial, sets, meets)
    if share is None:
        raise CompressError(
            f"{target.words} cannot be reached: the lowest cost was "
            f"{min(costs.values(), default=1):.3f}x. {_reasons(kept)}"
        )
    return trial.at(share)


def _bisect(
    trial: _Trial, sets: Sequence[CoupledSet], meets: Callable[[float], bool]
) -> float | None:
    """Return the lowest share that reaches a cost which falls with every unit."""
    shares = trial.rule.shares(sets)
    low, high = 0, len(shares) - 1
    if not meets(shares[high]):
        return None
    while high - low > 1:
        middle = (low + high) // 2
        if meets(shares[middle]):
            high = middle
        else:
            low = middle
    return shares[high]


def _walk(meets: Callable[[float], bool]) -> float | None:
    """Return the first share that reaches a cost which falls unevenly."""
    return next((step / _WALK for step in range(1, _WALK + 1) if meets(step / _WALK)), None)


def _run(network: nn.Module, example: Tensor) -> Tensor:
    learning = network.training
    with torch.inference_mode():
        output: Tensor = network.eval()(example)
    network.train(learning)
    return output


def _check(network: nn.Module, example: Tensor, shape: tuple[int, ...]) -> None:
    try:
        narrow_shape = tuple(_run(network, example).shape)
    except (RuntimeError, ValueError, IndexError) as error:
        message = (str(error).splitlines() or [type(error).__name__])[0]
        raise CompressError(
            f"the narrower network does not run: {message} Its code counts channels in a way that "
            "torch-pruning does not see, so it cannot be pruned."
        ) from error
    if narrow_shape != shape:
        raise CompressError(
            f"pruning would change the output from {shape} to {narrow_shape}; the network cannot be pruned."
        )


def widths_of(network: nn.Module) -> dict[str, int]:
    """Return the output channels of convolutions and linear layers, by name."""
    return {
        name: int(layer.out_channels if isinstance(layer, TORCH_CONV) else layer.out_features)
        for name, layer in network.named_modules()
        if isinstance(layer, (TORCH_CONV, TORCH_LINEAR))
    }


def _reasons(kept: dict[str, str]) -> str:
    """Return a sentence with the layers that keep their channels, grouped by the reason."""
    by_reason: dict[str, list[str]] = {}
    for name, reason in kept.items():
        by_reason.setdefault(reason, []).append(name)
    groups = [
        f"{reason}: {', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"
        for reason, names in by_reason.items()
    ]
    if not groups:
        return "Every layer keeps one unit."
    return f"Layers that keep their channels: {'; '.join(groups)}."
