"""Folding a network's linear layers together, and training with more of them than are kept.

    folded = fold(network)                      # as it is: batch norms, chains, parallel branches
    expand(network, ...), teach(...), collapse(network)    # or through layers that only training sees

Either way the outputs before and after folding are compared on a photograph, border included.
"""

import copy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import nn

from iqabench.compress.course import Course, teach
from iqabench.compress.equality import difference
from iqabench.compress.expand import BLOCKS, collapse, expand
from iqabench.compress.made import made, name_of, photographs_line
from iqabench.compress.parent import (
    check_trainable,
    layout_of,
    learned_parameters,
    network_of,
)
from iqabench.compress.result import check_place, write_variant
from iqabench.compress.stored import stored
from iqabench.errors import CompressError, UsageError
from iqabench.models.core.card import Layout, Variant
from iqabench.models.core.model import Model
from iqabench.models.fold import Folded, fold
from iqabench.training.losses import MeanAbsolute
from iqabench.training.photographs import Photographs


@dataclass(frozen=True, kw_only=True)
class Collapsing:
    """What is to be collapsed, and where it goes."""

    parent: Model
    parent_name: str
    """As it was asked for."""
    folder: Path
    command: str = ""
    name: str = ""
    half: bool = False
    """Whether weights are rounded to half precision, after outputs were compared."""

    def write(
        self,
        network: nn.Module,
        recipe: str,
        layout: Layout,
        how: dict[str, Any],
        training_sets: tuple[str, ...] = (),
    ) -> Path:
        """Write the variant; see `write_variant`."""
        card = self.parent.card
        return write_variant(
            self.folder,
            name=self.name or f"{card.id}@collapsed",
            parent=self.parent,
            state=stored(network.state_dict(), half=self.half),
            variant=Variant(
                parent=name_of(self.parent_name, card),
                method="collapsed",
                recipe=recipe,
                layout=layout,
                made=made(self.command, **how),
            ),
            params=learned_parameters(network),
            training_sets=training_sets,
        )


@dataclass(frozen=True)
class Expansion:
    """With which extra layers a network is trained."""

    block: str
    """A name in BLOCKS."""
    course: Course
    width: int = 128
    """Of SESR's blocks."""

    @property
    def facts(self) -> dict[str, str | int | float]:
        """As they stand on a card."""
        wide = {"width": self.width} if self.block == "sesr" else {}
        return {"expand": self.block, **wide}


def fold_model(order: Collapsing) -> Folded:
    """Fold what can be folded and write the variant; nothing is trained.

    Returns: what was folded, and what had to stay and why.
    Raises: CompressError when nothing can be folded, or outputs differ by more than a hundred-thousandth of
        the range.
    """
    check_place(order.folder)
    _check_code(order.parent)
    network = network_of(order.parent).eval()
    folded = fold(network)
    if not folded.folds:
        raise CompressError(_nothing_to_fold(order.parent, folded))
    apart = difference(network, folded.network, order.parent.card)
    said = [f"{one.rule}: {', '.join(one.layers)} -> {one.into}" for one in folded.folds]
    recipe = f"{len(said)} folds of linear layers, outputs equal within {apart:.1e} of the range"
    order.write(folded.network, recipe, "folded", {"folds": said, "difference": apart})
    return folded


def train_expanded(order: Collapsing, expansion: Expansion) -> Path:
    """Train the parent with every 3x3 convolution expanded, fold it back to the parent's layout and write it.

    The same course goes on where it stopped.

    Returns: the folder.
    Raises: CompressError when there is nothing to expand, training fails, or folding changes outputs by more
        than a hundred-thousandth of the range; UsageError; what reading photographs raises.
    """
    check_place(order.folder)
    check_trainable(order.parent)
    card, course = order.parent.card, expansion.course
    network, names, photos = _trained(order.parent, expansion)
    expanded = copy.deepcopy(network)
    collapse(network)
    apart = difference(expanded, network, card)
    wide = f", {expansion.width} wide" if expansion.block == "sesr" else ""
    trained = f"{course.plan.steps} steps, folded back"
    recipe = f"{len(names)} convolutions expanded ({expansion.block}{wide}), {trained}"
    how = {"course": course, "photos": photos, "difference": apart, **expansion.facts}
    seen = (photographs_line(photos, course.photos),)
    return order.write(network, recipe, layout_of(card), how, seen)


def _trained(parent: Model, expansion: Expansion) -> tuple[nn.Module, list[str], Photographs]:
    """The parent's network, expanded and trained; what was expanded, and what was learned from."""
    if expansion.block not in BLOCKS:
        raise UsageError(f"'{expansion.block}' is no block; expected {', '.join(BLOCKS)}.")
    network, course = network_of(parent), expansion.course
    plain = copy.deepcopy(network)
    names = expand(network, BLOCKS[expansion.block], expansion.width, course.plan.seed)
    difference(plain.eval(), network.eval(), parent.card)
    told = {**expansion.facts, "parent": parent.hash}
    photos = teach(network, parent.card, MeanAbsolute(), course, told)
    return network.eval(), names, photos


def _check_code(parent: Model) -> None:
    """Whether a folded network can be built again, from the parent's code.

    Raises: CompressError when it is not code that says what the network is.
    """
    card, layout = parent.card, layout_of(parent.card)
    if card.loader in ("spandrel", "file"):
        raise CompressError(
            f"{card.id} is known by its tensors alone, and folding changes them. Register the family (one "
            "folder with a card and a network), or give package.module:factory."
        )
    if layout in ("widths", "int8"):
        raise CompressError(
            f"{card.id} is what its weights say ({layout}), and a folded network is built from code alone. "
            "Collapse its parent first, and make this variant of what comes out."
        )


def _nothing_to_fold(parent: Model, folded: Folded) -> str:
    """The message for a network that stays as it is."""
    looked = "; ".join(f"{' and '.join(one.layers)}: {one.why}" for one in folded.left[:3])
    looked = f" that could be ({looked})" if looked else ""
    return (
        f"{parent.card.id} has nothing to fold: no batch norm, no convolution right after another, no "
        f"parallel branches of one input{looked}. --expand trains it through layers that fold away again."
    )
