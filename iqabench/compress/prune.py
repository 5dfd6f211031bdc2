"""Pruning a registered model: narrower, then trained again, then written as its variant."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from iqabench.compress.begun import keep, kept_before
from iqabench.compress.course import Course, teach
from iqabench.compress.expand import BLOCKS, collapse, expand
from iqabench.compress.importance import NEEDS_PHOTOGRAPHS, Batch
from iqabench.compress.losses.output import Output
from iqabench.compress.made import made, name_of, photographs_line
from iqabench.compress.parent import check_trainable, learned_parameters, network_of
from iqabench.compress.reduce import Reduced, Wish, reduce
from iqabench.compress.result import check_place, write_variant
from iqabench.compress.stored import stored
from iqabench.compress.target import Gauge
from iqabench.errors import CompressError, UsageError
from iqabench.models.core.card import Card, Variant
from iqabench.models.core.load import load_model
from iqabench.models.core.model import Model
from iqabench.probes import sizes_of
from iqabench.run.environment import resolve_device
from iqabench.training.losses import Loss, MeanAbsolute
from iqabench.training.patches import batch
from iqabench.training.photographs import Photographs, photographs
from iqabench.training.units import InUnits

_START = "pruned.safetensors"
"""In the work folder: the network before it learned, so that the same command goes on from the same one."""
_SIDE = 48
"""Of the image by which a network is traced."""


@dataclass(frozen=True, kw_only=True)
class Pruning:
    """What is to be pruned, how far, and how it learns afterwards."""

    parent: str
    scale: int | None = None
    wish: Wish
    size: str = "3x256x256"
    """At which targets are counted and measured."""
    course: Course | None = None
    """Without one, weights stay as they are; importances that look at images need one."""
    teacher: bool = True
    """Whether the parent's outputs are second targets."""
    batches: int = 8
    """Of the course's size, on which importance is estimated."""
    expand: str = ""
    """A name in BLOCKS: what convolutions are made of while they learn, and are folded from afterwards."""
    width: int = 128
    """Of SESR's blocks."""
    half: bool = False
    """Whether weights are stored in half precision."""

    @property
    def facts(self) -> dict[str, Any]:
        """What else than the course decides the outcome."""
        wish, rule = self.wish, self.wish.selection
        how_far = wish.target.words if wish.target else f"ratio {wish.ratio:g}"
        return {
            "prune": how_far,
            "at": self.size,
            "importance": wish.importance,
            "uniform": int(rule.uniform),
            "round_to": rule.round_to,
            "rounds": wish.rounds,
            "batches": self.batches,
            "taught": int(self.teacher),
            **({"expand": self.expand, "width": self.width} if self.expand else {}),
        }


def prune(
    order: Pruning,
    out: Path,
    *,
    name: str | None = None,
    command: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> Reduced:
    """Prune a model, train it, and write it to the folder `out`.

    Returns: the network with its widths before and after, and what stayed.
    Raises: CompressError when it cannot be done as asked; UsageError; what loading and photographs raise.
    """
    check_place(out)
    parent = load_model(order.parent, order.scale)
    _check(order, parent)
    reduced = _reduced(order, parent, tell)
    if not reduced.changed:
        raise CompressError(
            "no channel went: the ratio is less than one step of --round-to. Ask for more."
        )
    tell(f"{len(reduced.changed)} of {len(reduced.widths)} layers narrower")
    photos = _taught(order, parent, reduced.network) if order.course else None
    _write(order, parent, reduced, photos, out, name or f"{parent.card.id}@pruned", command)
    return reduced


def _write(
    order: Pruning,
    parent: Model,
    reduced: Reduced,
    photos: Photographs | None,
    out: Path,
    name: str,
    command: str,
) -> None:
    course = order.course
    how = made(
        command,
        course=course,
        photos=photos,
        teacher=parent if photos and order.teacher else None,
        widths={layer: list(both) for layer, both in reduced.changed.items()},
        **order.facts,
    )
    write_variant(
        out,
        name=name,
        parent=parent,
        state=stored(reduced.network.state_dict(), half=order.half),
        variant=Variant(
            parent=name_of(order.parent, parent.card),
            method="pruned",
            recipe=_recipe(order),
            layout="widths",
            made=how,
        ),
        params=learned_parameters(reduced.network),
        training_sets=(photographs_line(photos, course.photos),) if photos and course else (),
    )


def _check(order: Pruning, parent: Model) -> None:
    """What can be refused before any work."""
    card = parent.card
    if (order.wish.ratio is None) == (order.wish.target is None):
        raise UsageError("give one of --ratio, --macs, --params and --latency.")
    if order.course is None and order.wish.importance in NEEDS_PHOTOGRAPHS:
        raise UsageError(
            f"importance by {order.wish.importance} looks at images: name a folder with --photos, or take "
            "--importance l1."
        )
    if order.course is not None:
        check_trainable(parent)
    if card.loader in ("spandrel", "file"):
        raise CompressError(
            f"{card.id} is known by its tensors alone, and pruning changes their shapes, so no card could "
            "name its network. Register the family (one folder with a card and a network), or give "
            "package.module:factory."
        )


def _reduced(order: Pruning, parent: Model, tell: Callable[[str], None]) -> Reduced:
    """The narrower network; from the work folder, if the same one was begun there."""
    network = network_of(parent)
    facts = {**order.facts, "parent": parent.hash}
    start = order.course.work / _START if order.course else None
    if start is not None and start.is_file():
        begun = kept_before(start, facts, network)
        if begun is not None:
            tell(f"going on with the widths in {start}")
            return begun
    (size,) = sizes_of([order.size], [])
    device = resolve_device(order.course.device) if order.course else "cpu"
    gauge = Gauge(load_model(order.parent, order.scale), size, device)
    found = reduce(network, example_of(parent.card), order.wish, gauge, _batches(order), tell)
    if start is not None:
        keep(start, found, facts)
    return found


def example_of(card: Card) -> Tensor:
    """An image by which the card's network can be traced: values in its range, every pixel another."""
    least = max(_SIDE, card.min_size)
    side = -(-least // card.size_multiple) * card.size_multiple
    shape = (1, 1 if card.channels == "grey" else 3, side, side)
    return torch.rand(shape, generator=torch.Generator().manual_seed(0)) * card.range


def _batches(order: Pruning) -> list[Batch]:
    """Patches on which importance is estimated: of the photographs that will be learned from."""
    course = order.course
    if course is None or order.wish.importance not in NEEDS_PHOTOGRAPHS:
        return []
    found = photographs(course.photos)
    learned, _ = found.patches(
        course.work,
        scale=load_model(order.parent, order.scale).card.scale,
        side=course.side,
        per_copy=course.per_copy,
        seed=course.plan.seed,
    )
    return [
        batch(learned, course.plan.batch, course.plan.seed, step) for step in range(order.batches)
    ]


def _taught(order: Pruning, parent: Model, network: nn.Module) -> Photographs:
    course, within = order.course, parent.card.range
    assert course is not None
    loss: Loss = MeanAbsolute()
    if order.teacher:
        teacher = network_of(parent).eval()
        loss = Output(InUnits(network, within), InUnits(teacher, within))
    if order.expand:
        expand(network, BLOCKS[order.expand], order.width, course.plan.seed)
    photos = teach(network, parent.card, loss, course, {**order.facts, "parent": parent.hash})
    collapse(network)
    return photos


def _recipe(order: Pruning) -> str:
    wish = order.wish
    how_far = wish.target.words if wish.target else f"{wish.ratio:g} of the channels gone"
    rule = "the same share of every layer" if wish.selection.uniform else "ranked over all layers"
    said = f"{how_far}, by {wish.importance}, {rule}"
    if order.course is None:
        return f"{said}; not trained again"
    wide = f", convolutions expanded ({order.expand})" if order.expand else ""
    taught = ", its parent's outputs as second targets" if order.teacher else ""
    return f"{said}; then {order.course.plan.steps} steps{wide}{taught}"
