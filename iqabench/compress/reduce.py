"""Making a network narrower, in rounds: judge what is left, find how much must go, take it out."""

import copy
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor, nn
from torch.nn.modules.conv import _ConvNd

from iqabench.compress.coupled import CoupledSet, Couplings
from iqabench.compress.importance import Batch, Importance, importances
from iqabench.compress.selection import Selection
from iqabench.compress.target import Gauge, Target
from iqabench.errors import CompressError
from iqabench.training.units import InUnits

_WALK = 20
"""Latency does not fall evenly with channels, so it is measured at so many shares until one is low enough."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """How much is to go, and by what rule: a ratio of the channels, or a target."""

    ratio: float | None = None
    target: Target | None = None
    importance: Importance = "l1"
    selection: Selection = field(default_factory=Selection)
    rounds: int = 1
    """Importance is estimated anew before each; what is to go is spread evenly over them, and widths are
    rounded in the last.
    """


@dataclass
class Reduced:
    """A narrower network."""

    network: nn.Module
    widths: dict[str, tuple[int, int]]
    """Output channels of every layer, before and after, in the network's order."""
    kept: dict[str, str]
    """Layers that could not lose channels, and why."""

    @property
    def changed(self) -> dict[str, tuple[int, int]]:
        """The widths of layers that are narrower now."""
        return {name: both for name, both in self.widths.items() if both[0] != both[1]}


def reduce(
    network: nn.Module,
    example: Tensor,
    wish: Wish,
    gauge: Gauge,
    batches: Sequence[Batch],
    tell: Callable[[str], None] = lambda _: None,
) -> Reduced:
    """A narrower copy of a network whose inputs have `example`'s shape and range.

    Raises: CompressError when nothing can go, a whole layer would, or the target cannot be met.
    """
    before = widths_of(network)
    wanted = tuple(_run(network, example).shape)
    kept: dict[str, str] = {}
    for part in range(1, wish.rounds + 1):
        couplings = Couplings(network, example)
        kept = couplings.kept
        if not couplings.sets:
            why = _reasons(kept) if kept else "It has no convolution and no linear layer."
            raise CompressError(f"no channel of this network can go. {why}")
        module = InUnits(network, gauge.parent.card.range)
        scores = importances(wish.importance, couplings, module, batches)
        rule = wish.selection if part == wish.rounds else replace(wish.selection, round_to=1)
        trial = _Trial(network, example, rule, scores, wanted)
        if wish.target is None:
            network = trial.at(_ratio(wish, part), strict=True)
        else:
            aim = Target(wish.target.cost, 1 - (1 - wish.target.share) * part / wish.rounds)
            network = _meeting(trial, couplings.sets, gauge, aim, kept, tell)
    after = widths_of(network)
    return Reduced(network, {name: (before[name], after[name]) for name in before}, kept)


@dataclass
class _Trial:
    """Narrower copies of one network, by the share of units that goes."""

    network: nn.Module
    example: Tensor
    rule: Selection
    scores: list[Tensor]
    shape: tuple[int, ...]
    """Of the output, which must stay."""

    def going(
        self, sets: Sequence[CoupledSet], share: float, *, strict: bool = False
    ) -> list[list[int]]:
        return self.rule.units(sets, self.scores, share, strict=strict)

    def at(self, share: float, *, strict: bool = False) -> nn.Module:
        made = copy.deepcopy(self.network)
        couplings = Couplings(made, self.example)
        units = self.going(couplings.sets, share, strict=strict)
        couplings.remove(list(zip(couplings.sets, units, strict=True)))
        _check(made, self.example, self.shape)
        return made


def _ratio(wish: Wish, part: int) -> float:
    """What share of the units that are left must go in this round."""
    assert wish.ratio is not None
    left = 1 - wish.ratio * (part - 1) / wish.rounds
    return 1 - (1 - wish.ratio * part / wish.rounds) / left


def _meeting(
    trial: _Trial,
    sets: Sequence[CoupledSet],
    gauge: Gauge,
    target: Target,
    kept: dict[str, str],
    tell: Callable[[str], None],
) -> nn.Module:
    """The copy that loses least and meets the target.

    Raises: CompressError saying how far it came.
    """
    seen: dict[tuple[int, ...], float] = {}

    def meets(share: float) -> bool:
        going = tuple(map(len, trial.going(sets, share)))
        if not any(going):
            return False
        if going not in seen:
            seen[going] = gauge.share(trial.at(share), target.cost)
            tell(
                f"{sum(going)} of {sum(s.units for s in sets)} channels gone: {seen[going]:.3f}x the "
                f"{target.cost}"
            )
        return seen[going] <= target.share

    found = _walk(meets) if target.cost == "latency" else _bisect(trial, sets, meets)
    if found is None:
        raise CompressError(
            f"{target.words} cannot be met: with as little left as may be it came to "
            f"{min(seen.values(), default=1):.3f}x. {_reasons(kept)}"
        )
    return trial.at(found)


def _bisect(
    trial: _Trial, sets: Sequence[CoupledSet], meets: Callable[[float], bool]
) -> float | None:
    """The lowest share that meets a cost which falls with every unit."""
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
    """The first share that meets a cost which falls unevenly."""
    return next((step / _WALK for step in range(1, _WALK + 1) if meets(step / _WALK)), None)


def _run(network: nn.Module, example: Tensor) -> Tensor:
    learning = network.training
    with torch.inference_mode():
        output: Tensor = network.eval()(example)
    network.train(learning)
    return output


def _check(network: nn.Module, example: Tensor, shape: tuple[int, ...]) -> None:
    try:
        made = tuple(_run(network, example).shape)
    except (RuntimeError, ValueError, IndexError) as error:
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise CompressError(
            f"the narrower network does not run: {said} Its code counts channels in a way that "
            "torch-pruning does not see, so it cannot be pruned."
        ) from error
    if made != shape:
        raise CompressError(
            f"pruning would change the output from {shape} to {made}; the network cannot be pruned."
        )


def widths_of(network: nn.Module) -> dict[str, int]:
    """Output channels of convolutions and linear layers."""
    return {
        name: layer.out_channels if isinstance(layer, _ConvNd) else layer.out_features
        for name, layer in network.named_modules()
        if isinstance(layer, (_ConvNd, nn.Linear))
    }


def _reasons(kept: dict[str, str]) -> str:
    """Layers that stay, by why."""
    by: dict[str, list[str]] = {}
    for name, reason in kept.items():
        by.setdefault(reason, []).append(name)
    said = [
        f"{reason}: {', '.join(names[:3])}{f' and {len(names) - 3} more' if len(names) > 3 else ''}"
        for reason, names in by.items()
    ]
    return f"What stays: {'; '.join(said)}." if said else "Every layer keeps one unit."
