"""Layer transforms: a model's convolutions become of another kind, or lose weights, and are trained again.

    transform(TransformRequest(parent="pocket", setup=setup), Sparsity(ratio=0.9), folder)

A transform changes the network before the training, may take part in it, and completes the network after it.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

import torch
from torch import nn

from iqabench.compress.losses.output import Output
from iqabench.compress.parent import (
    check_plain,
    check_trainable,
    is_fixed,
    layout_of,
    learned_parameters,
    network_of,
)
from iqabench.compress.provenance import name_of, photographs_line, provenance
from iqabench.compress.running_order import Layers, RunningOrder, running_order
from iqabench.compress.storage import storable_state
from iqabench.compress.training_setup import TrainingSetup, train_network
from iqabench.compress.variant_folder import check_place, write_variant
from iqabench.errors import CompressError, UnknownNameError, UsageError
from iqabench.models.core.card import Card, Layout, Method, Variant
from iqabench.models.core.convention import AS_FOUND, CallingConvention
from iqabench.models.core.load import load_model
from iqabench.models.core.model import Model
from iqabench.models.core.network import build
from iqabench.training.losses import Loss, MeanAbsolute
from iqabench.training.unit_range import UnitRangeNetwork


class Transform(ABC):
    """A change of a network's layers."""

    method: Method
    layout: Layout = "parent"
    """The layout of the variant; `parent` where the network keeps that of its parent."""
    keeps_ends = True
    """True when the first and the last layer stay as they are."""
    needs_maps = False
    """True when it acts on maps, and has no meaning where they are one pixel."""

    @property
    @abstractmethod
    def facts(self) -> dict[str, str | int | float]:
        """All options that decide the outcome."""

    @property
    @abstractmethod
    def words(self) -> str:
        """The change in the words of a recipe."""

    @abstractmethod
    def obstacle(self, layer: nn.Module) -> str:
        """Return the reason why a layer must stay as it is, or an empty text."""

    @abstractmethod
    def apply(self, network: nn.Module, layers: Layers, card: Card) -> None:
        """Change these layers of the network in place, before the training."""

    def taking_part(self, loss: Loss, network: nn.Module, steps: int) -> Loss:  # noqa: ARG002 - others need them
        """Return the loss of the training, with the part that the transform takes in it."""
        return loss

    @abstractmethod
    def complete(self, network: nn.Module) -> dict[str, Any]:
        """Complete the network after the training; return facts of the outcome."""


@dataclass(frozen=True, kw_only=True)
class TransformRequest:
    """The order to transform a model: its parent, layers that stay, and the training afterwards."""

    parent: str
    scale: int | None = None
    convention: CallingConvention = AS_FOUND
    """The convention by which a parent that the user brings is called."""
    keep: tuple[str, ...] = ()
    """Layers that stay, as names or patterns such as body.*."""
    setup: TrainingSetup | None = None
    """The training; None leaves the transformed weights as they are."""
    teacher: bool = True
    """True when the parent's outputs are second targets."""
    fresh: bool = False
    """True when the training begins with new weights; else with the parent's."""
    half: bool = False
    """True when weights are stored in half precision."""


@dataclass(frozen=True)
class TransformResult:
    """The outcome of a transform."""

    changed: tuple[str, ...]
    """Names of the layers that changed."""
    kept: dict[str, str]
    """The reason why a layer stayed, by its name."""
    facts: dict[str, Any]


def transform(
    order: TransformRequest,
    change: Transform,
    out: Path,
    *,
    name: str | None = None,
    command: str = "",
    tell: Callable[[str], None] = lambda _: None,
) -> TransformResult:
    """Transform a model, train it, and write it to the folder `out`.

    Raises: CompressError when no layer can be changed or the training fails; UnknownNameError for layers to
        keep that do not exist; what loading the model and reading photographs raise.
    """
    check_place(out)
    parent = load_model(order.parent, order.scale, convention=order.convention)
    _check(order, change, parent)
    torch.manual_seed(order.setup.plan.seed if order.setup else 0)
    network = build(parent.card).train() if order.fresh else network_of(parent)
    layers, kept = chosen_layers(network, change, parent.card, order.keep)
    change.apply(network, layers, parent.card)
    tell(f"{len(layers)} of {len(layers) + len(kept)} layers {change.method}")
    training = _trained(order, change, parent, network) if order.setup else {}
    outcome = change.complete(network.eval())
    sets = training.pop("training_sets", ())
    facts = {**change.facts, **outcome, "layers": list(layers), "kept": kept}
    write_variant(
        out,
        name=name or f"{parent.card.id}@{change.method}",
        parent=parent,
        state=storable_state(network.state_dict(), half=order.half),
        variant=Variant(
            parent=name_of(order.parent, parent.card),
            method=change.method,
            recipe=_recipe(order, change, len(layers)),
            layout=layout_of(parent.card) if change.layout == "parent" else change.layout,
            made=provenance(command, **training, fresh=int(order.fresh), **facts),
        ),
        params=learned_parameters(network),
        training_sets=sets,
        fresh=order.fresh,
    )
    return TransformResult(tuple(layers), kept, outcome)


def chosen_layers(
    network: nn.Module, change: Transform, card: Card, keep: Sequence[str] = ()
) -> tuple[Layers, dict[str, str]]:
    """Return the layers that change, and the reason why each other layer with weights stays.

    Raises: CompressError when none remains; UnknownNameError for a pattern that matches no layer.
    """
    order = running_order(network, card)
    layers = order.layers
    for pattern in keep:
        if not any(fnmatchcase(name, pattern) for name in layers):
            raise UnknownNameError(
                "layer", pattern, list(layers), "Leave out --keep to see them all."
            )
    trained = [name for name, layer in layers.items() if not is_fixed(layer)]
    ends = {trained[0], trained[-1]} if trained and change.keeps_ends else set()
    kept: dict[str, str] = {}
    for name, layer in layers.items():
        reason = (
            _reason(name, layer, ends, keep)
            or change.obstacle(layer)
            or obstacle_in_use(name, order, change)
        )
        if reason:
            kept[name] = reason
    chosen = {name: layer for name, layer in layers.items() if name not in kept}
    if not chosen:
        first = "; ".join(f"{name}: {reason}" for name, reason in list(kept.items())[:3])
        raise CompressError(
            f"no layer of {card.id} can be {change.method}. "
            f"{first or 'It has no convolution and no linear layer with weights of its own.'}"
        )
    return chosen, kept


def _reason(name: str, layer: nn.Module, ends: set[str], keep: Sequence[str]) -> str:
    if is_fixed(layer):
        return "a fixed layer"
    if name in ends:
        return "the first or the last layer"
    return "kept as asked" if any(fnmatchcase(name, pattern) for pattern in keep) else ""


def obstacle_in_use(name: str, order: RunningOrder, change: Transform) -> str:
    """Return the reason why a layer must stay that only its use in the network shows, or an empty text."""
    if change.needs_maps and name in order.pooled:
        return "its maps are one pixel"
    if change.layout == "parent":
        return ""
    layer = order.layers[name]
    if isinstance(layer, nn.Conv2d) and type(layer).forward is not nn.Conv2d.forward:
        return f"a {type(layer).__name__} computes in its own way"
    if name in order.read:
        return f"the network's own code reads its {order.read[name]}"
    return ""


def _check(order: TransformRequest, change: Transform, parent: Model) -> None:
    """Check the order before any work.

    Raises: CompressError, UsageError.
    """
    card = parent.card
    check_plain(card)
    if order.setup is not None:
        check_trainable(parent)
    if order.fresh and order.setup is None:
        raise UsageError("new weights must be trained. Name a folder of photographs with --photos.")
    if order.fresh and card.loader != "network":
        raise CompressError(
            f"{card.id} brings its own weights (its loader is {card.loader}), and --fresh draws those of "
            "registered networks. Leave out --fresh."
        )
    if change.layout == "parent":
        return
    if card.loader in ("spandrel", "file"):
        raise CompressError(
            f"{card.id} is known only by its tensors, and this changes them, so no card can name its "
            "network. Register the family (one folder with a card and a network), or give "
            "package.module:factory."
        )
    if layout_of(card) != "parent":
        raise CompressError(
            f"{card.id} is a variant whose layers follow from its weights (layout {layout_of(card)}), and "
            f"cannot be {change.method} as well. Name its parent."
        )


def _trained(
    order: TransformRequest, change: Transform, parent: Model, network: nn.Module
) -> dict[str, Any]:
    """Train the network in place; return the facts of the training for the card."""
    setup, within = order.setup, parent.card.range
    assert setup is not None
    loss: Loss = MeanAbsolute()
    if order.teacher:
        teacher = UnitRangeNetwork(network_of(parent).eval(), within)
        loss = Output(UnitRangeNetwork(network, within), teacher)
    loss = change.taking_part(loss, network, setup.plan.steps)
    facts = {
        **change.facts,
        "parent": parent.hash,
        "taught": int(order.teacher),
        "fresh": int(order.fresh),
        "keep": " ".join(order.keep),
    }
    photos = train_network(network, parent.card, loss, setup, facts)
    return {
        "setup": setup,
        "photos": photos,
        "teacher": parent if order.teacher else None,
        "training_sets": (photographs_line(photos, setup.photos),),
    }


def _recipe(order: TransformRequest, change: Transform, layers: int) -> str:
    recipe = f"{change.words}, {layers} layers"
    if order.setup is None:
        return f"{recipe}; not trained again"
    teacher = ", its parent's outputs as second targets" if order.teacher else ""
    start = " from new weights" if order.fresh else ""
    return f"{recipe}; {order.setup.plan.steps} steps{start}{teacher}"
