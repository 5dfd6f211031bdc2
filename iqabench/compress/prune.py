"""Pruning: a model's network loses channels, is trained again, and is written as a variant."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.compress.cost_target import Gauge
from iqabench.compress.expand import BLOCKS, collapse, expand
from iqabench.compress.importance import NEEDS_PHOTOGRAPHS, Batch
from iqabench.compress.losses.output import Output
from iqabench.compress.narrowing import NarrowNetwork, PruningGoal, narrow_network
from iqabench.compress.parent import check_plain, check_trainable, learned_parameters, network_of
from iqabench.compress.provenance import name_of, photographs_line, provenance
from iqabench.compress.snapshot import read_snapshot, write_snapshot
from iqabench.compress.storage import storable_state
from iqabench.compress.training_setup import TrainingSetup, train_network
from iqabench.compress.variant_folder import check_place, write_variant
from iqabench.errors import CompressError, UsageError
from iqabench.models.core.card import Card, Variant
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.load import load_model
from iqabench.models.core.model import Model
from iqabench.probes import sizes_of
from iqabench.run.environment import resolve_device
from iqabench.training.losses import Loss, MeanAbsolute
from iqabench.training.patches import batch
from iqabench.training.photographs import Photographs, photographs
from iqabench.training.unit_range import UnitRangeNetwork

_START = "pruned.safetensors"
"""File in the work folder: the pruned network before training, from which the same command continues."""
_SIDE = 48
"""Side of the image with which a network is traced, in pixels."""


@dataclass(frozen=True, kw_only=True)
class PruningRequest:
    """The order to prune a model: its goal, and the training afterwards."""

    parent: str
    scale: int | None = None
    convention: CallingConvention = AS_FOUND
    """The convention by which a parent that the user brings is called."""
    goal: PruningGoal
    size: str = "3x256x256"
    """Input size at which costs are counted and measured."""
    setup: TrainingSetup | None = None
    """The training; None leaves the weights as they are. Importances that use images need one."""
    teacher: bool = True
    """True when the parent's outputs are second targets."""
    batches: int = 8
    """Number of batches of patches on which importance is estimated."""
    expand: str = ""
    """Name of a block in BLOCKS with which convolutions are trained and then folded; empty for none."""
    width: int = 128
    """Width of SESR's blocks, in channels."""
    half: bool = False
    """True when weights are stored in half precision."""

    @property
    def facts(self) -> dict[str, Any]:
        """All options besides the training setup that decide the outcome."""
        goal, rule = self.goal, self.goal.selection
        extent = goal.target.words if goal.target else f"ratio {goal.ratio:g}"
        return {
            "prune": extent,
            "at": self.size,
            "importance": goal.importance,
            "uniform": int(rule.uniform),
            "round_to": rule.round_to,
            "rounds": goal.rounds,
            "batches": self.batches,
            "taught": int(self.teacher),
            **({"expand": self.expand, "width": self.width} if self.expand else {}),
        }


def prune(
    order: PruningRequest,
    out: Path,
    *,
    name: str | None = None,
    command: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> NarrowNetwork:
    """Prune a model, train it, and write it to the folder `out`.

    Returns: the network with its widths before and after, and the layers that kept their channels.
    Raises: CompressError when the model cannot be pruned in this way; UsageError for options that contradict
        each other; what loading the model and reading photographs raise.
    """
    check_place(out)
    parent = load_model(order.parent, order.scale, convention=order.convention)
    _check(order, parent)
    reduced = _reduced(order, parent, tell)
    if not reduced.changed:
        raise CompressError(
            "no channel was removed: the ratio is less than one step of --round-to. Give a larger ratio, or "
            "a smaller --round-to."
        )
    tell(f"{len(reduced.changed)} of {len(reduced.widths)} layers narrower")
    photos = _train(order, parent, reduced.network) if order.setup else None
    _write(order, parent, reduced, photos, out, name or f"{parent.card.id}@pruned", command)
    return reduced


def _write(
    order: PruningRequest,
    parent: Model,
    reduced: NarrowNetwork,
    photos: Photographs | None,
    out: Path,
    name: str,
    command: str,
) -> None:
    setup = order.setup
    facts = provenance(
        command,
        setup=setup,
        photos=photos,
        teacher=parent if photos and order.teacher else None,
        widths={layer: list(both) for layer, both in reduced.changed.items()},
        **order.facts,
    )
    write_variant(
        out,
        name=name,
        parent=parent,
        state=storable_state(reduced.network.state_dict(), half=order.half),
        variant=Variant(
            parent=name_of(order.parent, parent.card),
            method="pruned",
            recipe=_recipe(order),
            layout="widths",
            made=facts,
        ),
        params=learned_parameters(reduced.network),
        training_sets=(photographs_line(photos, setup.photos),) if photos and setup else (),
    )


def _check(order: PruningRequest, parent: Model) -> None:
    """Check the order before any work.

    Raises: UsageError, CompressError.
    """
    card = parent.card
    if (order.goal.ratio is None) == (order.goal.target is None):
        raise UsageError("give one of --ratio, --macs, --params and --latency.")
    if order.setup is None and order.goal.importance in NEEDS_PHOTOGRAPHS:
        raise UsageError(
            f"importance by {order.goal.importance} is estimated on images. Name a folder of photographs "
            "with --photos, or take --importance l1."
        )
    check_plain(card)
    if order.setup is not None:
        check_trainable(parent)
    if card.loader in ("spandrel", "file"):
        raise CompressError(
            f"{card.id} is known only by its tensors, and pruning changes their shapes, so no card can "
            "name its network. Register the family (one folder with a card and a network), or give "
            "package.module:factory."
        )


def _reduced(order: PruningRequest, parent: Model, tell: Callable[[str], None]) -> NarrowNetwork:
    """Return the narrower network, from the work folder when the same order was started there."""
    network = network_of(parent)
    facts = {**order.facts, "parent": parent.hash}
    start = order.setup.work / _START if order.setup else None
    if start is not None and start.is_file():
        snapshot = read_snapshot(start, facts, network)
        if snapshot is not None:
            tell(f"going on with the widths in {start}")
            return snapshot
    (size,) = sizes_of([order.size], [])
    device = resolve_device(order.setup.device) if order.setup else "cpu"
    gauge = Gauge(load_model(order.parent, order.scale, convention=order.convention), size, device)
    reduced = narrow_network(
        network, example_of(parent.card), order.goal, gauge, _batches(order), tell
    )
    if start is not None:
        write_snapshot(start, reduced, facts)
    return reduced


def example_of(card: Card) -> Tensor:
    """Return a random image in the network's range, with which the card's network can be traced."""
    least = max(_SIDE, card.min_size)
    side = -(-least // card.size_multiple) * card.size_multiple
    shape = (1, card.planes, side, side)
    return torch.rand(shape, generator=torch.Generator().manual_seed(0)) * card.range


def _batches(order: PruningRequest) -> list[Batch]:
    """Return patches of the training photographs, on which importance is estimated."""
    setup = order.setup
    if setup is None or order.goal.importance not in NEEDS_PHOTOGRAPHS:
        return []
    learned, _ = photographs(setup.photos).patches(
        setup.work,
        scale=load_model(order.parent, order.scale, convention=order.convention).card.whole_scale,
        side=setup.side,
        per_copy=setup.per_copy,
        seed=setup.plan.seed,
    )
    return [
        batch(learned, setup.plan.batch, setup.plan.seed, step) for step in range(order.batches)
    ]


def _train(order: PruningRequest, parent: Model, network: nn.Module) -> Photographs:
    setup, within = order.setup, parent.card.range
    assert setup is not None
    loss: Loss = MeanAbsolute()
    if order.teacher:
        teacher = network_of(parent).eval()
        loss = Output(UnitRangeNetwork(network, within), UnitRangeNetwork(teacher, within))
    if order.expand:
        expand(network, BLOCKS[order.expand], order.width, setup.plan.seed)
    photos = train_network(
        network, parent.card, loss, setup, {**order.facts, "parent": parent.hash}
    )
    collapse(network)
    return photos


def _recipe(order: PruningRequest) -> str:
    goal = order.goal
    extent = goal.target.words if goal.target else f"{goal.ratio:g} of the channels gone"
    rule = "the same share of every layer" if goal.selection.uniform else "ranked over all layers"
    recipe = f"{extent}, by {goal.importance}, {rule}"
    if order.setup is None:
        return f"{recipe}; not trained again"
    blocks = f", convolutions expanded ({order.expand})" if order.expand else ""
    teacher = ", its parent's outputs as second targets" if order.teacher else ""
    return f"{recipe}; then {order.setup.plan.steps} steps{blocks}{teacher}"
