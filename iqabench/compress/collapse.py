"""Collapse: linear layers of a network are folded into fewer, as it is or after training with extra layers.

    result = fold(network)                      # batch norms, chains, parallel branches
    expand(network, ...), train_network(...), collapse(network)    # extra layers that only training sees

Either way the outputs before and after folding are compared on a photograph, border included.
"""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from iqabench.compress.expand import BLOCKS, collapse, expand
from iqabench.compress.output_difference import difference
from iqabench.compress.parent import (
    check_trainable,
    layout_of,
    learned_parameters,
    network_of,
)
from iqabench.compress.provenance import name_of, photographs_line, provenance
from iqabench.compress.storage import storable_state
from iqabench.compress.training_setup import TrainingSetup, train_network
from iqabench.compress.variant_folder import check_place, write_variant
from iqabench.errors import CompressError, UsageError
from iqabench.models.core.card import Layout, Variant
from iqabench.models.core.model import Model
from iqabench.models.fold import FoldResult, fold
from iqabench.training.losses import MeanAbsolute
from iqabench.training.photographs import Photographs


@dataclass(frozen=True, kw_only=True)
class CollapseRequest:
    """The order to collapse a model: its parent, and the folder of the variant."""

    parent: Model
    parent_name: str
    """The parent's name, as the user gave it."""
    folder: Path
    command: str = ""
    name: str = ""
    half: bool = False
    """True when weights are stored in half precision; outputs are compared before the rounding."""

    def write(
        self,
        network: nn.Module,
        recipe: str,
        layout: Layout,
        facts: dict[str, Any],
        training_sets: tuple[str, ...] = (),
    ) -> Path:
        """Write the variant into `folder`, and return that folder (see `write_variant`)."""
        card = self.parent.card
        return write_variant(
            self.folder,
            name=self.name or f"{card.id}@collapsed",
            parent=self.parent,
            state=storable_state(network.state_dict(), half=self.half),
            variant=Variant(
                parent=name_of(self.parent_name, card),
                method="collapsed",
                recipe=recipe,
                layout=layout,
                made=provenance(self.command, **facts),
            ),
            params=learned_parameters(network),
            training_sets=training_sets,
        )


@dataclass(frozen=True)
class Expansion:
    """The extra layers with which a network is trained."""

    block: str
    """Name of a block in BLOCKS."""
    setup: TrainingSetup
    width: int = 128
    """Width of SESR's blocks, in channels."""

    @property
    def facts(self) -> dict[str, str | int | float]:
        """The facts of the expansion, for the card of a variant."""
        width = {"width": self.width} if self.block == "sesr" else {}
        return {"expand": self.block, **width}


def fold_model(order: CollapseRequest) -> FoldResult:
    """Fold all layers that can be folded, and write the variant; nothing is trained.

    Returns: the folds, and the layers that had to stay with the reason.
    Raises: CompressError when nothing can be folded, or outputs differ by more than a hundred-thousandth of
        the range.
    """
    check_place(order.folder)
    _check_code(order.parent)
    network = network_of(order.parent).eval()
    folded = fold(network)
    if not folded.folds:
        raise CompressError(_nothing_to_fold(order.parent, folded))
    largest = difference(network, folded.network, order.parent.card)
    folds = [f"{one.rule}: {', '.join(one.layers)} -> {one.into}" for one in folded.folds]
    recipe = f"{len(folds)} folds of linear layers, outputs equal within {largest:.1e} of the range"
    order.write(folded.network, recipe, "folded", {"folds": folds, "difference": largest})
    return folded


def train_expanded(order: CollapseRequest, expansion: Expansion) -> Path:
    """Train the parent with every 3x3 convolution expanded, fold it back to the parent's layout and write it.

    A training that was stopped continues when it is called again with the same setup.

    Returns: the folder of the variant.
    Raises: CompressError when there is nothing to expand, training fails, or folding changes outputs by more
        than a hundred-thousandth of the range; UsageError; what reading photographs raises.
    """
    check_place(order.folder)
    check_trainable(order.parent)
    card, setup = order.parent.card, expansion.setup
    network, names, photos = _trained(order.parent, expansion)
    expanded = copy.deepcopy(network)
    collapse(network)
    largest = difference(expanded, network, card)
    width = f", {expansion.width} wide" if expansion.block == "sesr" else ""
    training = f"{setup.plan.steps} steps, folded back"
    recipe = f"{len(names)} convolutions expanded ({expansion.block}{width}), {training}"
    facts = {"setup": setup, "photos": photos, "difference": largest, **expansion.facts}
    training_sets = (photographs_line(photos, setup.photos),)
    return order.write(network, recipe, layout_of(card), facts, training_sets)


def _trained(parent: Model, expansion: Expansion) -> tuple[nn.Module, list[str], Photographs]:
    """Expand and train the parent's network.

    Returns: the network, the names of the expanded layers, and the photographs.
    """
    if expansion.block not in BLOCKS:
        raise UsageError(f"there is no block '{expansion.block}'; expected {', '.join(BLOCKS)}.")
    network, setup = network_of(parent), expansion.setup
    plain = copy.deepcopy(network)
    names = expand(network, BLOCKS[expansion.block], expansion.width, setup.plan.seed)
    difference(plain.eval(), network.eval(), parent.card)
    facts = {**expansion.facts, "parent": parent.hash}
    photos = train_network(network, parent.card, MeanAbsolute(), setup, facts)
    return network.eval(), names, photos


def _check_code(parent: Model) -> None:
    """Check that a folded network can be built again from the parent's code.

    Raises: CompressError when the network is not described by code.
    """
    card, layout = parent.card, layout_of(parent.card)
    if card.loader in ("spandrel", "file"):
        raise CompressError(
            f"{card.id} is known only by its tensors, and folding changes them. Register the family (one "
            "folder with a card and a network), or give package.module:factory."
        )
    if layout in ("widths", "int8"):
        raise CompressError(
            f"the layers of {card.id} follow from its weights (layout {layout}), and a folded network is "
            "built only from code. Collapse its parent first, and make this variant of the result."
        )


def _nothing_to_fold(parent: Model, folded: FoldResult) -> str:
    """Return the message for a network in which nothing can be folded."""
    obstacles = "; ".join(
        f"{' and '.join(one.layers)}: {one.reason}" for one in folded.obstacles[:3]
    )
    obstacles = f" that can be folded ({obstacles})" if obstacles else ""
    return (
        f"{parent.card.id} has nothing to fold: no batch norm, no convolution directly after another, no "
        f"parallel branches of one input{obstacles}. Use --expand to train it with layers that fold away."
    )
